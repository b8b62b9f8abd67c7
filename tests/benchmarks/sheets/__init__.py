"""Measures sign-in sheets: `python -m tests.benchmarks.sheets --help`. What is measured how stands in docs/benchmarks/sheets.md."""
