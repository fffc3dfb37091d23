"""Countries whose phone numbers a marketer is likely to meet, by ISO 3166 code."""

from __future__ import annotations

COUNTRIES = {
    "US": "the United States", "CA": "Canada", "GB": "the United Kingdom", "MX": "Mexico", "AU": "Australia",
    "FR": "France", "DE": "Germany", "IE": "Ireland", "ES": "Spain", "IT": "Italy", "NL": "the Netherlands",
    "IN": "India", "JP": "Japan", "BR": "Brazil", "AE": "the United Arab Emirates", "AR": "Argentina", "AT": "Austria",
    "BE": "Belgium", "CH": "Switzerland", "CL": "Chile", "CN": "China", "CO": "Colombia", "CR": "Costa Rica",
    "CZ": "Czechia", "DK": "Denmark", "DO": "the Dominican Republic", "EC": "Ecuador", "FI": "Finland",
    "GR": "Greece", "GT": "Guatemala", "HK": "Hong Kong", "HN": "Honduras", "HU": "Hungary", "ID": "Indonesia",
    "IL": "Israel", "JM": "Jamaica", "KR": "South Korea", "MY": "Malaysia", "NG": "Nigeria", "NI": "Nicaragua",
    "NO": "Norway", "NZ": "New Zealand", "PA": "Panama", "PE": "Peru", "PH": "the Philippines", "PK": "Pakistan",
    "PL": "Poland", "PR": "Puerto Rico", "PT": "Portugal", "RO": "Romania", "SA": "Saudi Arabia", "SE": "Sweden",
    "SG": "Singapore", "SV": "El Salvador", "TH": "Thailand", "TR": "Türkiye", "TW": "Taiwan", "UA": "Ukraine",
    "VE": "Venezuela", "VN": "Vietnam", "ZA": "South Africa",
}  # fmt: skip
LIKELY = tuple(COUNTRIES)[:14]  # tried on a few numbers to propose one


def country_name(code: str) -> str:
    """The name as it stands in a sentence; empty if the country isn't among them."""
    return COUNTRIES.get(code, "")
