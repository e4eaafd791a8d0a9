"""Give pages what publishing has to show: the entry of the menu, lists of releases, and one release with its checks."""
