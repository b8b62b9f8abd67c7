"""Intake over HTTP and from folders."""
