import logging
import re

from exoprobe import progress as module


def test_progress_becomes_log_lines_with_counts_and_time_left(caplog, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LINES", 0)
    log = logging.getLogger("exoprobe.test")
    with caplog.at_level(logging.INFO, "exoprobe"), module.progress(4, "step", log, "training") as bar:
        bar.delay = 0
        bar.start_t -= 10
        for _ in range(4):
            bar.update()
    assert re.match(r"training: \d of 4 steps, .* step/s, .* left", caplog.messages[-1])
