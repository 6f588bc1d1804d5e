"""Patrols of a district: the file that says what to look at, plans of flights, their check."""
