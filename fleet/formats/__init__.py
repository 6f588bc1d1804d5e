"""Missions as other ground stations keep them in files. Pure: text in, values out, and back."""
