"""The laboratory of the checks, under the name that the tests of the quarter know it by."""

from sim.verify.laboratory import *  # noqa: F403
