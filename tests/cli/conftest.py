"""What tests of the command line share."""

import pytest

from sim.cli import main


@pytest.fixture
def call(capsys):
    """`call(*words) -> (exit code, stdout, stderr)`."""

    def run(*words):
        code = main([str(word) for word in words])
        return (code, *capsys.readouterr())

    return run
