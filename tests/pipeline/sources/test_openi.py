"""Open-i's two releases."""

import io
import tarfile
from pathlib import Path

import pytest

from data_contracts.quarantine import Rejected
from pipeline.settings import SourceSettings
from pipeline.sources.opening import open_source
from pipeline.sources.records import ReceivedReport, Source, SourceError
from pipeline.stages.ingest import ingest

SHARED = Path(__file__).parents[3].parent / "shared" / "openi"


def open_openi_xml(path: Path) -> Source:
    return open_source(SourceSettings(kind="openi_xml", path=path))


def open_openi_csv(path: Path) -> Source:
    return open_source(SourceSettings(kind="openi_csv", path=path))


def xml(uid: str, **sections: str) -> str:
    texts = "".join(
        f'<AbstractText Label="{name.upper()}">{text}</AbstractText>'
        for name, text in sections.items()
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><eCitation><uId id="CXR{uid}"/>'
        f"<MedlineCitation><Article><Abstract>{texts}</Abstract></Article></MedlineCitation>"
        "</eCitation>"
    )


GOOD = xml("7", comparison="None.", findings="Clear &amp; dry lungs.", impression="Normal.")
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    '<eCitation><uId id="CXR8"/><AbstractText Label="FINDINGS">&b;</AbstractText></eCitation>'
)
OUTWARD = LAUGHS.replace('"ha"', 'SYSTEM "file:///etc/hostname"')
FAULTS = {
    "8.xml": (LAUGHS, "hostile_xml"),
    "9.xml": (OUTWARD, "hostile_xml"),
    "10.xml": (GOOD[:-40], "truncated_xml"),
    "11.xml": ("", "truncated_xml"),
    "12.xml": (xml("12"), "missing_sections"),
    "13.xml": ('<?xml version="1.0" encoding="klingon"?><a/>', "wrong_encoding"),
}


def sections_of(record: ReceivedReport) -> dict[str, str]:
    assert isinstance(record.content, tuple)
    return {name: " ".join(body.split()) for name, body in record.content}


def reasons(source: Source) -> dict[str, str]:
    return {r.location.file: r.reason for r in source.records if isinstance(r, Rejected)}


def test_a_folder_yields_its_good_files_and_says_what_is_wrong_with_the_others(
    tmp_path: Path,
) -> None:
    (tmp_path / "7.xml").write_text(GOOD, encoding="utf-8")
    for name, (content, _) in FAULTS.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "14.xml").mkdir()
    (tmp_path / "15.xml").symlink_to("/etc/hostname")
    (tmp_path / "16.xml").symlink_to(tmp_path / "gone.txt")
    records = list(open_openi_xml(tmp_path).records)
    assert [r.location.file for r in records] == ["7.xml", *(f"{n}.xml" for n in range(8, 17))]
    first = records[0]
    assert isinstance(first, ReceivedReport)
    assert first.report_id == "7"
    assert first.content == (
        ("comparison", "None."), ("findings", "Clear & dry lungs."), ("impression", "Normal."),
    )  # fmt: skip
    assert reasons(Source(iter(records))) == {
        **{name: reason for name, (_, reason) in FAULTS.items()},
        "14.xml": "unreadable_file", "15.xml": "unsafe_path", "16.xml": "unreadable_file",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (xml("7", findings="Trach\u00e9e midline.").encode("latin-1"), "wrong_encoding"),
        (GOOD.replace("dry", "d\x00y").encode(), "wrong_encoding"),
        # Cut off within a letter of two bytes: it is the end that is missing, not the encoding.
        (xml("7", findings="Trach\u00e9e").encode().partition(b"\xa9")[0], "truncated_xml"),
    ],
)
def test_wrong_bytes_are_told_from_missing_ones(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "7.xml").write_bytes(content)
    assert reasons(open_openi_xml(tmp_path)) == {"7.xml": reason}


def test_sections_that_come_twice_are_both_kept(tmp_path: Path) -> None:
    twice = '<AbstractText Label="FINDINGS">Effusion.</AbstractText></Abstract>'
    (tmp_path / "7.xml").write_text(GOOD.replace("</Abstract>", twice), encoding="utf-8")
    (record,) = open_openi_xml(tmp_path).records
    assert isinstance(record, ReceivedReport)
    assert record.content[1] == ("findings", "Clear & dry lungs.\nEffusion.")


def archive(path: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def link(name: str, target: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, target
    return member


def test_members_of_an_archive_are_read_where_they_lie(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "reports.tgz",
        [
            (tarfile.TarInfo("ecgen-radiology/7.xml"), GOOD.encode()),
            (tarfile.TarInfo("../8.xml"), GOOD.encode()),
            (tarfile.TarInfo("/tmp/9.xml"), GOOD.encode()),
            (link("10.xml", "/etc/passwd"), b""),
            (tarfile.TarInfo("11.xml"), LAUGHS.encode()),
            (tarfile.TarInfo("README"), b"nothing"),
        ],
    )
    records = list(open_openi_xml(path).records)
    assert [r.location.file for r in records if isinstance(r, ReceivedReport)] == [
        "ecgen-radiology/7.xml"
    ]
    assert reasons(Source(iter(records))) == {
        "../8.xml": "unsafe_path", "/tmp/9.xml": "unsafe_path",
        "10.xml": "unsafe_path", "11.xml": "hostile_xml",
    }  # fmt: skip
    assert sorted(tmp_path.iterdir()) == [path]


def test_an_archive_cut_off_gives_what_came_before_and_says_so(tmp_path: Path) -> None:
    members = [
        (tarfile.TarInfo(f"{n}.xml"), xml(str(n), findings=f"{n * 7919:x} " * 9000).encode())
        for n in range(40)
    ]
    path = archive(tmp_path / "reports.tgz", members)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    records = list(open_openi_xml(path).records)
    assert 0 < sum(isinstance(r, ReceivedReport) for r in records) < 40
    assert reasons(Source(iter(records))) == {"reports.tgz": "unreadable_file"}


def test_what_is_no_release_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"holds no \.xml files; expected"):
        open_openi_xml(tmp_path)
    empty = archive(tmp_path / "other.tgz", [(tarfile.TarInfo("a.txt"), b"")])
    with pytest.raises(SourceError, match=r"holds no \.xml files"):
        list(open_openi_xml(empty).records)
    (tmp_path / "a.txt").write_text("no archive")
    with pytest.raises(SourceError, match="neither a folder nor a tar archive"):
        open_openi_xml(tmp_path / "a.txt")


def test_the_csv_needs_no_more_than_ids_and_texts(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_text('uid,findings,impression\n3,"Clear\nlungs, ""dry"".",\n', encoding="utf-8")
    (record,) = open_openi_csv(path).records
    assert isinstance(record, ReceivedReport)
    assert (record.report_id, record.content) == (
        "3", (("findings", 'Clear\nlungs, "dry".'),),
    )  # fmt: skip


def test_the_csv_without_findings_names_the_column_and_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_text("uid,impression\n3,Normal.\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"no column findings.*source\.kind=csv"):
        list(open_openi_csv(path).records)


@pytest.mark.skipif(
    not (SHARED / "indiana_reports.csv").is_file(),
    reason="the Open-i files are not on this machine",
)
def test_both_releases_say_the_same(tmp_path: Path) -> None:
    texts: dict[str, dict[str | None, dict[str, str]]] = {}
    for kind, name in (("openi_csv", "indiana_reports.csv"), ("openi_xml", "ecgen-radiology.tgz")):
        settings = SourceSettings.model_validate({"kind": kind, "path": SHARED / name})
        records = list(open_source(settings).records)
        assert all(isinstance(record, ReceivedReport) for record in records)
        counts = ingest(settings=settings, out=tmp_path / kind).counts
        assert counts["reports"] + counts["quarantined"] == len(records)
        texts[kind] = {
            record.report_id: sections_of(record)
            for record in records
            if isinstance(record, ReceivedReport)
        }
    csv, xml_files = texts["openi_csv"], texts["openi_xml"]
    assert 1_900 < len(csv) < len(xml_files)  # the CSV release leaves some out
    for section in ("findings", "impression"):
        assert {uid: csv[uid].get(section, "") for uid in csv} == {
            uid: xml_files[uid].get(section, "") for uid in csv
        }
    # The CSV's maker took a comparison of "None" for an empty cell and a leading + for a formula.
    without = [xml_files[uid].get("comparison", "") for uid in csv if "comparison" not in csv[uid]]
    assert set(without) <= {"", "None"}
    indications = [
        (csv[uid].get("indication", ""), xml_files[uid].get("indication", "")) for uid in csv
    ]
    assert [ours for ours, theirs in indications if ours != theirs] == ["#NAME?"]
