"""The project file, and the environments it describes."""

from clerkform.project.environment import Environment, resolve, variables
from clerkform.project.file import Project, ProjectFile, load_project

__all__ = [
    "Environment",
    "Project",
    "ProjectFile",
    "load_project",
    "resolve",
    "variables",
]
