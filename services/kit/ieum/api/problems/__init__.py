"""Refusals as problem documents (RFC 9457), in Korean and English.

One file for each origin of a refusal: HTTP, the request, the referral's rules, delivery. May import:
ieum.casework, ieum.delivery, and no other folder of the API.
"""
