"""Makers of test material: fictional people, sign-in sheets and whole claims. Never imported by the product."""
