"""What a run is measured by: the registry of measures, their samples, and limits on them."""
