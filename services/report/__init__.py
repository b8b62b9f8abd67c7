"""Scores, compiles and renders what was judged; the reviewer's pages."""
