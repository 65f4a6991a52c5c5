"""Refusals as problem documents (RFC 9457), in Korean and English."""
