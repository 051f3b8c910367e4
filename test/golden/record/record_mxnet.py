"""MXNet's schedulers. Python: 3.8
Pins: mxnet==1.9.1 numpy<1.24
"""
import mxnet as mx

from record_common import main, walk


def run(case):
    """Asked for every number of updates in order, for they remember how far they are."""
    def start():
        scheduler = getattr(mx.lr_scheduler, case["callable"].rsplit(".", 1)[-1])(**case["args"])
        now = [0]

        def rate():
            return scheduler(now[0])

        def advance(k):
            scheduler(k)
            now[0] = k + 1

        return rate, advance

    return walk(case, start)


main("mxnet", run)
