"""Text classifier: piecewise constant, cosine with restarts, and a rate computed by a function (Keras)."""
import tensorflow as tf
from tensorflow import keras

BATCH = 64
steps_per_epoch = 25000 // BATCH

by_hand = keras.optimizers.schedules.PiecewiseConstantDecay(
    boundaries=[10 * steps_per_epoch, 20 * steps_per_epoch], values=[1e-2, 1e-3, 1e-4]
)
restarts = tf.keras.optimizers.schedules.CosineDecayRestarts(
    initial_learning_rate=1e-2, first_decay_steps=5 * steps_per_epoch, t_mul=2.0, m_mul=0.8, alpha=1e-3
)


def halve_every_ten(epoch):
    return 0.01 * 0.5 ** (epoch // 10)


model = keras.Sequential([keras.layers.Embedding(20000, 64), keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(restarts, momentum=0.9), loss="binary_crossentropy")
(x, y), _ = keras.datasets.imdb.load_data(num_words=20000)
x = keras.utils.pad_sequences(x, maxlen=256)
model.fit(x, y, batch_size=BATCH, epochs=30)

second = keras.models.clone_model(model)
second.compile(optimizer=keras.optimizers.SGD(), loss="binary_crossentropy")
second.fit(x, y, batch_size=BATCH, epochs=30, callbacks=[keras.callbacks.LearningRateScheduler(halve_every_ten)])
