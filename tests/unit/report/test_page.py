"""The page as text: every table is in it, whatever factors are called and however little was measured."""

import json
import math
import re

import pytest

from exoprobe.errors import ExoprobeError
from exoprobe.report.packing import unpack
from exoprobe.report.page import write_page
from exoprobe.report.tables import COLUMNS
from tests.unit.report.synthetic import NAMES, Audit, write_audit

HOSTILE = ["</script><script>alert(1)</script>", "\"quoted\" & 'so'", "NA", "größe–日本", "$x{{7*7}}", "-1.5"]


def whole(path):
    """Return the page's HTML with its packed parts unpacked."""
    packed = r'(<section class="part packed"[^>]*>)<script type="text/plain">(.*?)</script>'
    return re.sub(packed, lambda found: found[1] + unpack(found[2]), path.read_text(encoding="utf-8"))


def visible_text(path):
    """Return the page's text without its scripts and styles."""
    return re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", whole(path), flags=re.S)


def payloads(path):
    """Return what the page's figures are drawn from."""
    scripts = re.findall(r'<script type="application/json">(.*?)</script>', whole(path), re.S)
    return [json.loads(script) for script in scripts]


def test_every_factor_and_representation_has_its_part(tmp_path):
    audit = Audit()
    html = write_audit(tmp_path, audit).read_text(encoding="utf-8")
    for name in audit.names:
        assert f'id="factor-{name.replace(" ", "-")}"' in html
    for name in audit.representations:
        assert f'id="representation-{name}"' in html


def test_rows_have_their_pictures_where_there_are_any(tmp_path):
    page = write_audit(tmp_path)
    assert "<img" not in whole(page)
    (tmp_path / "thumbnails.json").write_text('{"image0": "data:image/webp;base64,AA"}', encoding="utf-8")
    tables = {name: tmp_path / f"{name}.csv" for name in COLUMNS}
    write_page(tables, tmp_path / "metadata.json", page, thumbnails=tmp_path / "thumbnails.json")
    shown = re.findall(r'<img src="data:image/webp;base64,AA"[^>]*> (\w+):', whole(page))
    assert set(shown) == {"image0"}
    assert len(shown) == 2 * len(NAMES) * 3  # at both ends of each factor in each representation


def test_names_from_outside_are_text_everywhere(tmp_path):
    page = write_audit(tmp_path, Audit(HOSTILE), title="<b>mine</b>", left_out=["<i>&"], group="a<b")
    html = whole(page)
    assert "<script>alert" not in html
    assert "<b>mine" not in html
    assert "a<b" not in html
    assert "$x{{7*7}}" in html
    for name in HOSTILE:
        assert any(name in payload["csv"].replace('""', '"') for payload in payloads(page))


def test_two_names_that_differ_in_signs_only_have_parts_of_their_own(tmp_path):
    html = whole(write_audit(tmp_path, Audit(["a b", "a-b", "日", "本"])))
    anchors = re.findall(r'<section class="part[^"]*" id="([^"]+)"', html)
    assert len(anchors) == len(set(anchors)) == 1 + 4 + 4 + 3 + 3
    links = set(re.findall(r'href="#([^"]+)"', html)) - {"main"}
    assert links <= set(re.findall(r' id="([^"]+)"', html))


def test_figures_hold_the_numbers_of_the_tables(tmp_path):
    page = write_audit(tmp_path)
    drawn = [payload for payload in payloads(page) if payload["name"] == "scree"]
    assert len(drawn) == 3
    header, first, *rest = drawn[0]["csv"].splitlines()
    assert header.startswith("representation,component,singular_value")
    assert first.startswith("VGG-Face,1,900,")
    assert len(rest) == 99


def test_the_matrix_of_associations_has_every_pair_in_both_orders_without_theils_u(tmp_path):
    page = write_audit(tmp_path, Audit(["a", "b", "vgg"]))  # a factor may be called as a representation is
    (drawn,) = [payload for payload in payloads(page) if payload["name"] == "association"]
    rows = [line.split(",")[:3] for line in drawn["csv"].splitlines()]
    pairs = [("a", "b"), ("a", "vgg"), ("b", "vgg")]
    assert rows[1:] == [[*pair, "Cramér's V"] for pair in [*pairs, *(pair[::-1] for pair in pairs)]]


@pytest.mark.parametrize("empty", [(name,) for name in COLUMNS if name != "factors"] + [tuple(COLUMNS)])
def test_a_page_stands_without_any_table(tmp_path, empty):
    small = Audit(NAMES[:2], {"a": "A", "b": "B"}, dimension=8)
    text = visible_text(write_audit(tmp_path, small, empty))
    assert "Synthetic faces" in text
    assert "nan" not in text.split()


def test_one_representation_without_label_and_groups(tmp_path):
    audit = Audit(["smiling"], {"mine": "Mine"}, label=False, seeds=1)
    page = write_audit(tmp_path, audit, empty=("differences", "recognition"), group=None)
    text = visible_text(page)
    assert "Compare" not in text
    assert "each row counts as its own group" in text
    assert "recognition was not measured" in text
    assert "That rows are independent" in text


def test_the_notes_on_the_input_and_how_columns_were_read_are_shown(tmp_path):
    page = write_audit(tmp_path, left_out=["17 rows of features have no row of factors."])
    html, text = page.read_text(encoding="utf-8"), visible_text(page)
    assert re.search(r'<a href="#notes">2 notes on the input</a>', html)
    assert re.findall(r"<li>(age is .*?)</li>", html) == ["age is &#39;NA&#39; in 3 rows, read as unknown."]
    assert text.count("17 rows of features") == 1  # in the facts, not again as a note
    assert re.search(r'<table id="columns">.*?hair color</th><td>categorical</td>', html, re.S)
    assert "<code>kinds: {hair color: continuous}</code>" in html
    without = write_audit(tmp_path / "without", notes=[], columns=[]).read_text(encoding="utf-8")
    assert "on the input" not in without
    assert "How the columns were read" not in without


def test_probes_have_titles_and_an_unknown_one_its_name(tmp_path):
    class Other(Audit):
        def tables(self):
            return {
                name: table.replace({"probe": {"mlp": "my <probe>"}}) if "probe" in table else table
                for name, table in super().tables().items()
            }

    html = whole(write_audit(tmp_path, Other()))
    assert "<td>nearest neighbors</td>" in html
    assert "<em>nearest neighbors</em>: The weighted vote" in html
    assert "<td>my &lt;probe&gt;</td>" in html
    assert "<em>my &lt;probe&gt;</em>." in html


def test_a_factor_that_could_not_be_measured_has_its_part(tmp_path):
    class Unmeasured(Audit):
        def tables(self):
            tables = super().tables()
            for table in tables.values():
                of = table["factor"] if "factor" in table else table.get("erased", table.iloc[:, 0])
                table.loc[of == "smiling", table.select_dtypes("float").columns] = math.nan
            return tables

    page = write_audit(tmp_path, Unmeasured(NAMES[:2], dimension=8))
    text = visible_text(page)
    assert "nan" not in text.split()
    scripts = re.findall(r'<script type="application/json">(.*?)</script>', whole(page), re.S)
    assert not any("NaN" in script for script in scripts)  # which is no JSON


def test_nothing_from_outside_is_asked_for(tmp_path):
    html = whole(write_audit(tmp_path))
    markup = re.sub(r"(<script\b[^>]*>).*?</script>", r"\1", html, flags=re.S)
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", markup)
    assert "default-src 'none'" in markup


def test_a_damaged_table_is_named(tmp_path):
    write_audit(tmp_path)
    paths = {name: tmp_path / f"{name}.csv" for name in COLUMNS}
    metadata, page = tmp_path / "metadata.json", tmp_path / "index.html"
    with pytest.raises(ExoprobeError, match="needs the table 'scree'"):
        write_page({name: path for name, path in paths.items() if name != "scree"}, metadata, page)
    paths["scree"].write_text("representation,component\nvgg,1\n")
    with pytest.raises(ExoprobeError, match=r"scree\.csv: lacks the column 'singular_value'"):
        write_page(paths, metadata, page)
    paths["scree"].write_text(",".join(COLUMNS["scree"].split()) + "\nvgg,one,1,1,1\n")
    with pytest.raises(ExoprobeError, match=r"scree\.csv: column 'component' must hold numbers"):
        write_page(paths, metadata, page)
    paths["scree"].write_text("")
    with pytest.raises(ExoprobeError, match=r"scree\.csv: not a whole CSV table"):
        write_page(paths, metadata, page)
    write_audit(tmp_path)
    paths["factors"].write_text(",".join(COLUMNS["factors"].split()) + "\n")
    with pytest.raises(ExoprobeError, match="the table factors lacks 'smiling'"):
        write_page(paths, metadata, page)
    write_audit(tmp_path)
    paths["structure"].write_text(",".join(COLUMNS["structure"].split()) + "\nother,1,1,1,1,1\n")
    with pytest.raises(ExoprobeError, match="structure has the representation 'other', which was not audited"):
        write_page(paths, metadata, page)
    metadata.write_text("{")
    with pytest.raises(ExoprobeError, match=r"metadata\.json: not JSON"):
        write_page(paths, metadata, page)
