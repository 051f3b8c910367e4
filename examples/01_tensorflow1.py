"""Linear regression by mini-batch gradient descent, with an exponentially decaying learning rate (TensorFlow 1)."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 4])
y = tf.placeholder(tf.float32, [None, 1])
w = tf.Variable(tf.zeros([4, 1]))
cost = tf.reduce_mean(tf.square(tf.matmul(x, w) - y))

global_step = tf.Variable(0, trainable=False)
# 0.1 at the start, times 0.98 every 1,000 steps: learning_rate * decay_rate ^ (global_step / decay_steps).
learning_rate = tf.train.exponential_decay(0.1, global_step, 1000, 0.98)
# The same decay as a staircase: constant for 1,000 steps, then one stride down.
stepped = tf.train.exponential_decay(0.1, global_step, 1000, 0.98, staircase=True)

# minimize() advances global_step by one each time it runs, and so the rate falls by itself.
train = tf.train.GradientDescentOptimizer(learning_rate).minimize(cost, global_step=global_step)

with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for step in range(100000):
        features = np.random.randn(32, 4)
        targets = features.sum(axis=1, keepdims=True) + 0.1 * np.random.randn(32, 1)
        _, loss = session.run([train, cost], feed_dict={x: features, y: targets})
