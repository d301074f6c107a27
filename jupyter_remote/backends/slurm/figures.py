"""How much is allowed, for jobs that wait because of a limit."""

from __future__ import annotations

import datetime

from ...model import Job
from .rights import Cluster


def figures(cluster: Cluster | None, job: Job) -> dict[str, str]:
    """Limits of the job's QOS by Slurm's words for reasons, from what is known already. None
    where the partition has a QOS too: the word does not say whose limit it is."""
    qos = cluster.qos.get(job.qos) if cluster else None
    if cluster is None or qos is None:
        return {}
    if any(one.qos for one in cluster.partitions if one.name in job.partition.split(",")):
        return {}
    found = {}
    if qos.max_jobs is not None:
        found["QOSMaxJobsPerUserLimit"] = str(qos.max_jobs)
    if qos.max_wall is not None:
        limit = str(datetime.timedelta(seconds=qos.max_wall))
        found["QOSMaxWallDurationPerJobLimit"] = limit
    return found
