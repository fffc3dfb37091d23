"""Australia and New Zealand: 28 Nov 2026, 12:18 PM."""

DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "g:i A"
DATETIME_FORMAT = "j M Y, g:i A"
SHORT_DATETIME_FORMAT = "j M, g:i A"
MONTH_DAY_FORMAT = "j M"
