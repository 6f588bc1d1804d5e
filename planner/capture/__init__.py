"""Pictures that belong together, a panorama or a 3D model: from where each is taken, and what they
show."""
