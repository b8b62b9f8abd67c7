from __future__ import annotations

from pathlib import Path

from services.cli.verifying import report_places


def test_one_folder_goes_into_the_named_place() -> None:
    assert report_places([Path("/a/claim")], Path("/out")) == [Path("/out")]


def test_several_go_into_folders_of_their_names() -> None:
    assert report_places([Path("/a/x"), Path("/b/y.zip"), Path("/c/x/")], Path("/out")) == [Path("/out/x"), Path("/out/y"), Path("/out/x-2")]


def test_without_a_place_they_lie_in_or_beside_the_claim() -> None:
    assert report_places([Path("/a/x"), Path("/b/y.zip")], None) == [Path("/a/x/report"), Path("/b/y.report")]


def test_two_that_would_share_a_place_get_one_each() -> None:
    assert report_places([Path("/b/y.zip"), Path("/b/y.ZIP")], None) == [Path("/b/y.report"), Path("/b/y.report-2")]
    assert report_places([Path("/a/x")], Path("/out"), several=True) == [Path("/out/x")]
