"""Counts the places that OpenCV's ORB finds again in the pictures of peer_test.go, by the rule of found in that file.

    go test -run OpenCV -dump FOLDER . ; python3 testdata/opencv.py FOLDER > testdata/opencv.csv
"""
import csv
import math
import sys

import cv2

# Its usual settings but for the threshold of FAST: with 20 it finds fewer features than asked for, and fewer places.
orb = cv2.ORB_create(nfeatures=500, fastThreshold=5)
folder = sys.argv[1]


def features(name):
    picture = cv2.imread(f"{folder}/{name}.pgm", cv2.IMREAD_GRAYSCALE)
    points, bits = orb.detectAndCompute(picture, None)
    return points, bits, picture.shape


def places(a, b, m):
    (pa, da, sa), (pb, db, sb) = a, b
    matcher = cv2.BFMatcher(cv2.NORM_HAMMING)
    back = {k.queryIdx: k.trainIdx for k in matcher.match(db, da)}
    out = set()
    for pair in matcher.knnMatch(da, db, k=2):
        first, second = pair
        if first.distance > 80 or first.distance > 0.8 * second.distance or back[first.trainIdx] != first.queryIdx:
            continue
        x, y = (pa[first.queryIdx].pt[0] + 0.5) / sa[1], (pa[first.queryIdx].pt[1] + 0.5) / sa[0]
        u, v = (pb[first.trainIdx].pt[0] + 0.5) / sb[1], (pb[first.trainIdx].pt[1] + 0.5) / sb[0]
        dx, dy = (m[0] * x + m[1] * y + m[2] - u) * sb[1], (m[3] * x + m[4] * y + m[5] - v) * sb[0]
        if math.hypot(dx, dy) < 0.01 * max(sb):
            out.add((int(x * 64), int(y * 64)))
    return len(out)


print(f"# OpenCV {cv2.__version__} (Debian's python3-opencv), made by opencv.py")
for a, b, *m in csv.reader(open(f"{folder}/pairs.csv")):
    print(f"{b},{places(features(a), features(b), [float(x) for x in m])}")
