import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from longgang_copy import LONGGANG, copied

from fleet.district.load import load
from fleet.district.model import District


@pytest.fixture(scope="session")
def longgang() -> District:
    return load(LONGGANG)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy of the district's files, to be broken."""
    return copied(tmp_path)
