"""Problems and solutions in files: the native JSON format and VROOM's."""
