"""Hezheng 核证: verifies the evidence of vocational-training subsidy claims."""

__version__ = "0.1.0"
