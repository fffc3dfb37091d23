"""How dates and times are written, by the merchant's locale: Django finds these modules by their names."""
