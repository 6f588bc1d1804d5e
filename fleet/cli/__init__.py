"""The commands of `dockfleet` that are this room's: a module for each group of them."""
