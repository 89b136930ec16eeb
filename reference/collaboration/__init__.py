"""The collaboration: the portal in which recipients read and answer."""
