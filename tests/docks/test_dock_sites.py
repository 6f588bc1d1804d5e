"""Reading the docks of a district, and the sentence when they cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from docks.site import read_sites
from fleet.process import Refusal

LONGGANG = Path(__file__).parents[2] / "configs" / "longgang"
DOCKS = """
models:
  standard: {cover_open_s: 12, cover_close_s: 12, cover_timeout_s: 30, charge_w: 350,
             wind_limit_ms: 12, rain_limit_mm_h: 4, temperature_c: [-25, 45]}
docks:
  - {id: D01, name: {zh: 一, en: One}, at: [114.2, 22.7], alt_amsl_m: 60,
     subdistrict: "440307015", model: standard, drone: U01}
"""


@pytest.fixture
def district(tmp_path: Path) -> Path:
    (tmp_path / "district.yaml").write_text("id: tiny\n")
    (tmp_path / "docks.yaml").write_text(DOCKS, encoding="utf-8")
    return tmp_path


def test_a_district_gives_its_id_and_its_docks(district: Path) -> None:
    id_, (site,) = read_sites(district)
    assert (id_, site.id, site.at, site.model.charge_w) == ("tiny", "D01", (114.2, 22.7), 350)


def test_longgang_has_25_docks_each_with_an_id_of_its_own() -> None:
    id_, sites = read_sites(LONGGANG)
    assert id_ == "longgang"
    assert len({site.id for site in sites}) == len(sites) == 25


@pytest.mark.parametrize(
    ("edit", "names"),
    [
        (lambda d: d["docks"][0].pop("at"), "at"),
        (lambda d: d["docks"][0].update(model="grand"), "grand"),
        (lambda d: d["models"]["standard"].update(cover_open_s=-1), "cover_open_s"),
        (lambda d: d["models"]["standard"].update(colour="red"), "colour"),
        (lambda d: d.pop("docks"), "docks"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(district: Path, edit: object, names: str) -> None:
    listed = yaml.safe_load(DOCKS)
    edit(listed)  # type: ignore[operator]
    (district / "docks.yaml").write_text(yaml.safe_dump(listed))
    with pytest.raises(Refusal, match=names) as caught:
        read_sites(district)
    assert "docks.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["district.yaml", "docks.yaml"])
@pytest.mark.parametrize("text", [None, "docks: [", "", "- 1"])
def test_a_file_that_is_absent_or_no_such_file_is_named(
    district: Path, name: str, text: str | None
) -> None:
    (district / name).unlink()
    if text is not None:
        (district / name).write_text(text)
    with pytest.raises(Refusal, match=name):
        read_sites(district)
