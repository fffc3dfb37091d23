"""The rows of a list as people see them: a grid, a search, masks, reasons in words."""
