"""What the broken shims have in common: the good one, with one thing replaced while one operation runs."""

import pathlib
import sys

import shim


def hello(_):
    """Named after its program, so that reports can be told apart."""
    return {**shim.OPERATIONS["hello"](_), "name": "reference, broken: " + pathlib.Path(sys.argv[0]).stem.replace("_", " ")}


def broken(op, where, name, replacement):
    """The operations, of which `op` finds `replacement` in the place of `where.name`, and so do the ends of a meeting."""

    def wrong(right):
        def operation(request):
            kept = where.__dict__[name]
            setattr(where, name, replacement)
            try:
                return right(request)
            finally:
                setattr(where, name, kept)

        return operation

    return {**shim.OPERATIONS, "hello": hello, **{each: wrong(shim.OPERATIONS[each]) for each in (op, "peer")}}
