from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from services.domain.claim import SHANGHAI
from services.verify.readers import ReaderContext
from services.verify.readers.video import read
from tests.generators.footage import run
from tests.generators.photos import training_photo
from tests.generators.watermarks import stamped


@pytest.fixture(scope="module", params=[0, 90], ids=["upright", "recorded lying"])
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stamped picture as a video; a phone's is stored lying, with the note that it be turned."""
    folder = tmp_path_factory.mktemp("stamped")
    picture = stamped(training_photo(21, size=(960, 720)), "lines", 4).picture
    picture.rotate(request.param, expand=True).save(folder / "a.png")
    run("-loop", 1, "-i", folder / "a.png", "-t", 3, "-r", 5, "-c:v", "libx264", "-pix_fmt", "yuv420p", folder / "lying.mp4")
    run("-i", folder / "lying.mp4", "-c", "copy", "-metadata:s:v:0", f"rotate={(360 - request.param) % 360}", folder / "a.mp4")
    return folder / "a.mp4"


def test_a_stamp_is_a_witness_of_a_videos_time_and_place(clip: Path) -> None:
    facts, said = read(clip, ReaderContext(clip.name)), stamped(training_photo(21, size=(960, 720)), "lines", 4)
    assert facts.watermark is not None and facts.watermark.place == said.place
    assert facts.recorded_at is not None and abs(facts.recorded_at - said.moment.replace(tzinfo=SHANGHAI)) <= timedelta(seconds=3)
    assert (facts.recorded_at_source, facts.time_agreement, facts.time_confidence) == ("watermark", "single", 0.6)
    assert (facts.latitude, facts.longitude) == said.coordinates
