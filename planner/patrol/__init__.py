"""Patrols: what is to be looked at, the flights that do it, and which drone flies what when."""
