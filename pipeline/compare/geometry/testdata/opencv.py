"""Writes opencv.json: what OpenCV makes of inputs that the tests of this package share.

    python3 opencv.py > opencv.json      (Debian's python3-opencv; the version stands in the file)
"""
import json

import cv2
import numpy as np

lot = np.random.RandomState(20260)


def places(h, n, noise):
    """Points of the unit square, where h takes them, with noise."""
    p = lot.uniform(0, 1, (n, 2))
    q = cv2.perspectiveTransform(p[:, None], h)[:, 0] + lot.normal(0, noise, (n, 2))
    return p, q


def homography(name, h, n, noise):
    p, q = places(np.array(h, float), n, noise)
    found, _ = cv2.findHomography(p, q, 0)
    return {"name": name, "from": p.tolist(), "to": q.tolist(), "noise": noise, "homography": found.ravel().tolist()}


def crossing():
    """Two convex polygons and the area they share."""
    p = cv2.convexHull(lot.uniform(-0.5, 1.5, (9, 2)).astype(np.float32))
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    share, _ = cv2.intersectConvexConvex(p, square)
    points = lot.uniform(0, 1, (12, 2)).astype(np.float32)
    hull = cv2.convexHull(points)
    return {"polygon": p[:, 0].tolist(), "within": float(share), "area": float(cv2.contourArea(p)),
            "points": points.tolist(), "hull": float(cv2.contourArea(hull)), "corners": len(hull)}


def likeness():
    """Two planes of luma and their normalised correlation."""
    a = lot.randint(0, 256, (12, 20)).astype(np.uint8)
    b = np.clip(0.6 * a + lot.normal(40, 25, a.shape), 0, 255).astype(np.uint8)
    r = cv2.matchTemplate(a.astype(np.float32), b.astype(np.float32), cv2.TM_CCOEFF_NORMED)
    return {"width": 20, "a": a.ravel().tolist(), "b": b.ravel().tolist(), "correlation": float(r[0, 0])}


print(json.dumps({
    "opencv": cv2.__version__,
    "homographies": [
        homography("exact", [[0.9, -0.2, 0.1], [0.25, 0.8, 0.05], [0.1, -0.08, 1]], 20, 0),
        homography("noisy", [[0.5, -0.1, 0.2], [0.1, 0.55, 0.3], [0.15, 0.1, 1]], 60, 0.002),
        homography("turned", [[0, -1, 1], [1, 0, 0], [0, 0, 1]], 40, 0.002),
        homography("enlarged", [[4, 0.3, -1], [-0.3, 4, -2], [0.02, 0.05, 1]], 50, 0.004),
        homography("seen askew", [[0.8, 0.1, 0.05], [0.02, 0.7, 0.1], [0.35, -0.25, 1]], 80, 0.001),
    ],
    "polygons": [crossing() for _ in range(8)],
    "correlations": [likeness() for _ in range(3)],
}))
