import numpy as np
import pytest
from PIL import Image

from exoprobe.datasets.celeba import build_celeba, read_tables
from exoprobe.datasets.celeba_layout import celeba_folder
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.errors import ExoprobeError

NAMES = [f"{number:06}.jpg" for number in range(1, 13)]
PARTITION = dict(zip(NAMES, [0, 0, 1, 2, 0, 1, 0, 2, 0, 0, 1, 2], strict=True))
PERSON = dict(zip(NAMES, [1, 2, 3, 4, 1, 3, 2, 5, 6, 6, 7, 5], strict=True))
EYEGLASSES = dict(zip(NAMES, [1, -1] * 6, strict=True))


def write_lists(folder, *, partition=PARTITION, person=PERSON, eyeglasses=EYEGLASSES):
    def write(name, lines):
        (folder / name).write_text("\n".join(lines) + "\n")

    write("list_eval_partition.txt", [f"{name} {value}" for name, value in partition.items()])
    write("identity_CelebA.txt", [f"{name} {value}" for name, value in person.items()])
    rows = [f"{name} {value:2}  1" for name, value in eyeglasses.items()]  # values are padded with blanks
    write("list_attr_celeba.txt", [str(len(rows)), "Eyeglasses Young ", *rows])


@pytest.fixture
def folder(tmp_path, rng):
    """Twelve images of seven people in the official layout."""
    folder = tmp_path / "celeba"
    (folder / "img_align_celeba").mkdir(parents=True)
    for name in NAMES:
        pixels = rng.integers(0, 256, (16, 12, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "img_align_celeba" / name)
    write_lists(folder)
    return folder


def build(folder, bad_images="refuse"):
    path = folder.parent / "samples.parquet"
    build_celeba(folder, path, bad_images=bad_images)
    return path


def test_the_official_files_become_a_row_per_image_sorted_by_partition(folder):
    columns = read_samples(build(folder), ["sample_id", "file", "group", "split", "Eyeglasses", "Young"])
    expected = sorted(NAMES, key=lambda name: (PARTITION[name], name))
    assert columns["file"].tolist() == expected
    assert columns["sample_id"].tolist() == list(range(12))
    assert columns["group"].tolist() == [PERSON[name] for name in expected]
    assert columns["split"].tolist() == [("train", "validation", "test")[PARTITION[name]] for name in expected]
    assert columns["Eyeglasses"].tolist() == [int(EYEGLASSES[name] == 1) for name in expected]
    assert columns["Young"].tolist() == [1] * 12


def test_the_folder_itself_or_the_one_above_may_be_named(folder):
    assert celeba_folder(folder) == celeba_folder(folder.parent) == folder


def test_a_folder_of_another_layout_is_refused_with_what_it_lacks(folder):
    (folder / "identity_CelebA.txt").unlink()
    with pytest.raises(ExoprobeError, match=r"not CelebA's official layout; .*celeba lacks identity_CelebA.txt"):
        celeba_folder(folder.parent)


@pytest.fixture
def damaged(folder):
    images = folder / "img_align_celeba"
    for name in NAMES[4:8]:
        (images / name).unlink()
    whole = (images / NAMES[0]).read_bytes()
    (images / NAMES[0]).write_bytes(whole[: len(whole) // 2])
    (images / NAMES[1]).write_bytes(b"")
    (images / "stray.jpg").write_bytes(whole)
    return folder


def test_missing_unreadable_and_unlisted_images_are_refused_with_counts_and_examples(damaged):
    with pytest.raises(ExoprobeError) as refusal:
        build(damaged)
    said = str(refusal.value)
    assert "4 missing (000005.jpg, 000006.jpg, 000007.jpg …)" in said
    assert "2 unreadable (000001.jpg, 000002.jpg)" in said
    assert "1 not listed (stray.jpg)" in said
    assert "set faces.bad_images to leave_out" in said
    assert not (damaged.parent / "samples.parquet").exists()


def test_bad_images_can_be_left_out(damaged, caplog):
    files = read_samples(build(damaged, "leave_out"), ["file"])["file"]
    assert sorted(files) == [NAMES[2], NAMES[3], *NAMES[8:]]
    assert "left out: 4 missing" in caplog.text


def test_leaving_out_every_image_is_refused(folder):
    for name in NAMES:
        (folder / "img_align_celeba" / name).unlink()
    with pytest.raises(ExoprobeError, match="no image is left"):
        build(folder, "leave_out")


def test_a_person_in_two_partitions_is_refused_by_number(folder):
    write_lists(folder, person={**PERSON, NAMES[3]: 1})
    with pytest.raises(ExoprobeError, match="group 1 is in two splits, test and train"):
        build(folder)


@pytest.mark.parametrize(
    ("file", "lists"),
    [
        ("identity_CelebA.txt", {"person": {name: PERSON[name] for name in NAMES[:-1]}}),
        ("list_attr_celeba.txt", {"eyeglasses": {**EYEGLASSES, "000099.jpg": 1}}),
    ],
)
def test_files_that_list_different_images_are_refused(folder, file, lists):
    write_lists(folder, **lists)
    with pytest.raises(ExoprobeError, match=rf"{file} and list_eval_partition.txt list different images: 0000"):
        read_tables(folder)


def test_a_cut_off_attribute_file_is_not_read_as_absent_attributes(folder):
    path = folder / "list_attr_celeba.txt"
    path.write_text(path.read_text().rstrip().rsplit(maxsplit=1)[0])  # the last row lacks its last attribute
    with pytest.raises(ExoprobeError, match="list_attr_celeba.txt: 000012.jpg is not followed by 1 or -1 alone"):
        read_tables(folder)


def test_an_image_listed_twice_is_refused(folder):
    path = folder / "list_eval_partition.txt"
    path.write_text(path.read_text() + "000003.jpg 1\n")
    with pytest.raises(ExoprobeError, match="list_eval_partition.txt: 000003.jpg is listed twice"):
        read_tables(folder)


def test_building_twice_is_identical_and_a_changed_image_is_another_dataset(folder):
    first = build(folder).read_bytes()
    assert build(folder).read_bytes() == first
    digest = dataset_digest(build(folder))
    Image.new("RGB", (12, 16)).save(folder / "img_align_celeba" / NAMES[0])
    assert dataset_digest(build(folder)) != digest


def truncated(path):
    path.write_bytes(path.read_bytes()[:-200])


def one_pixel(path):
    Image.new("RGB", (1, 1)).save(path)


@pytest.mark.parametrize("name", ["000003.jpg", "000012.jpg"])
@pytest.mark.parametrize(
    "damage",
    [
        truncated,
        one_pixel,
        lambda path: path.write_text("no image"),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\xff\xd8\xff\xe0" + b"\0" * 500),
    ],
    ids=["truncated", "one pixel", "text", "nothing", "zeros after a JPEG's start"],
)
def test_every_kind_of_bad_image_is_named_or_left_out(folder, name, damage):
    damage(folder / "img_align_celeba" / name)
    with pytest.raises(ExoprobeError, match=rf"1 unreadable \({name}\). Mend the folder"):
        build(folder)
    assert not (folder.parent / "samples.parquet").exists()
    kept = read_samples(build(folder, "leave_out"), ["file"])["file"]
    assert set(kept) == set(NAMES) - {name}


def test_sixteen_bit_and_print_color_images_are_taken(folder):
    images = folder / "img_align_celeba"
    Image.fromarray(np.full((16, 12), 40_000, np.uint16)).save(images / NAMES[0], "PNG")
    Image.new("CMYK", (12, 16)).save(images / NAMES[1])
    assert set(read_samples(build(folder), ["file"])["file"]) == set(NAMES)


HOSTILE = ["../../outside.jpg", "$(touch_hacked).jpg", "-rf.jpg", "a'b\"c.jpg", "/etc/passwd"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_listed_name_is_only_ever_looked_for_in_the_folder(folder, name):
    (folder.parent / "outside.jpg").write_bytes((folder / "img_align_celeba" / NAMES[0]).read_bytes())
    lists = {"partition": PARTITION, "person": PERSON, "eyeglasses": EYEGLASSES}
    write_lists(folder, **{key: {**values, name: values[NAMES[0]]} for key, values in lists.items()})
    with pytest.raises(ExoprobeError) as refusal:
        build(folder)
    assert f"1 missing ({name})" in str(refusal.value)


@pytest.mark.parametrize("name", [name for name in HOSTILE if "/" not in name])
def test_an_image_may_be_called_anything(folder, name):
    (folder / "img_align_celeba" / name).write_bytes((folder / "img_align_celeba" / NAMES[0]).read_bytes())
    lists = {"partition": PARTITION, "person": PERSON, "eyeglasses": EYEGLASSES}
    write_lists(folder, **{key: {**values, name: values[NAMES[0]]} for key, values in lists.items()})
    assert name in read_samples(build(folder), ["file"])["file"]


@pytest.mark.parametrize("name", ["list_eval_partition.txt", "identity_CelebA.txt", "list_attr_celeba.txt"])
@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\0\0" * 50, b"12\n", b"a b\nc\n"])
def test_a_list_that_is_no_table_is_refused_by_name(folder, name, content):
    (folder / name).write_bytes(content)
    with pytest.raises(ExoprobeError) as refusal:
        read_tables(folder)
    assert name in str(refusal.value)
    assert str(refusal.value).isprintable()
