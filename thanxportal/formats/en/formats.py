"""United States and Canada: Nov 28, 2026, 12:18 PM."""

DATE_FORMAT = SHORT_DATE_FORMAT = "M j, Y"
TIME_FORMAT = "g:i A"
DATETIME_FORMAT = "M j, Y, g:i A"
SHORT_DATETIME_FORMAT = "M j, g:i A"
MONTH_DAY_FORMAT = "M j"
