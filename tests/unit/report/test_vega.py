from exoprobe.report import vega


def test_the_bundle_is_made_once_and_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = []
    monkeypatch.setattr(vega.vl_convert, "javascript_bundle", lambda: made.append(1) or "script")
    assert [vega.vega_bundle(), vega.vega_bundle()] == ["script", "script"]
    assert len(made) == 1


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    (tmp_path / "exoprobe").write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(vega.vl_convert, "javascript_bundle", lambda: "script")
    assert vega.vega_bundle() == "script"
