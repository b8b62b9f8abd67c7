"""Videos: how long they claim to be, how long they play, and how much of that shows something new."""

from services.verify.readers.video.reader import read as read
