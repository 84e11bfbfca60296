"""The pictures of the demo archive, drawn with Pillow so that no binary file is committed."""

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from issues.demo.pictures.charts import (
    attention_map,
    double_descent,
    image_format_sizes,
    learning_rate_schedule,
    reliability_diagram,
)
from issues.demo.pictures.diagrams import (
    cache_time_line,
    low_rank_update,
    main_thread,
    split_by_group,
)

PICTURES: dict[str, Callable[[], Image.Image]] = {
    "split-by-group.png": split_by_group,
    "reliability-diagram.png": reliability_diagram,
    "learning-rate-schedule.png": learning_rate_schedule,
    "image-format-sizes.png": image_format_sizes,
    "cache-time-line.png": cache_time_line,
    "low-rank-update.png": low_rank_update,
    "double-descent.png": double_descent,
    "main-thread.png": main_thread,
    "attention-map.png": attention_map,
}


def draw_all(folder: Path) -> list[Path]:
    """Draw every picture into `folder` and return the files, in the order of `PICTURES`."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, draw in PICTURES.items():
        file = folder / name
        draw().save(file, optimize=True)
        files.append(file)
    return files
