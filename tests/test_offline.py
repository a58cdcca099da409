"""Nothing goes over the network to index or to answer."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

# A process of its own, whose models have not been loaded yet: pytest-socket raises for any use of
# a socket, and loading is part of what must need none.
PROGRAM = """
import pytest_socket
pytest_socket.disable_socket()
from bot.cli import main
main(["ask", "--json", "who led Russia's delegation?"])
"""


def test_indexing_and_answering_make_no_network_call(tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("TALKS_", "HF_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=environment | {"TALKS_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "Socket" not in done.stderr
    assert done.returncode == 0, done.stderr
    assert "Vladimir Medinsky" in done.stdout
