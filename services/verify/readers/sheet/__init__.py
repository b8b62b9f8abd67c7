"""Sign-in sheets: picture -> straight page -> tables -> cells. Importing the package makes the reader known."""

from __future__ import annotations

from services.verify.readers.sheet.reader import SHEET, read

__all__ = ["SHEET", "read"]
