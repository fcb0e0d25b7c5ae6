#!/usr/bin/env python3
"""A peer as a contestant: takes the flags of vitrine-bench, appends the same records.

  peer.py --peer hnswlib|faiss|usearch|hannoy|zvec|svs|qdrant|numpy --data DIR --name SET --out FILE --index PATH
          --phase build|search|filter [--threads N] [--queries test|text] [--round R]
"""
import argparse
import csv
import json
import os
import shutil
import time

parser = argparse.ArgumentParser()
for flag in ("peer", "data", "name", "out", "index", "phase"):
    parser.add_argument("--" + flag, required=True)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--queries", default="test")
parser.add_argument("--round", type=int, default=0)
parser.add_argument("--nq", type=int, default=10_000)
options = parser.parse_args()
threads = options.threads if options.phase == "build" else 1
os.sched_setaffinity(0, range(threads) if threads > 1 else [max(os.sched_getaffinity(0))])
os.environ["RUST_LOG"] = "error"
os.environ["OMP_NUM_THREADS"] = os.environ["RAYON_NUM_THREADS"] = str(threads)

import numpy as np  # noqa: E402: after the thread counts

K, M, EFC = 10, 16, 200
EFS = (10, 16, 24, 32, 48, 64, 96, 128, 200, 400)
FILTER_EFS = (10, 12, 16, 24, 32, 64, 200)
MORE_EFS = (800, 1600, 3200, 6400)  # for texts, which are far from everything


class HNSWLib:
    def build(self, rows, path):
        import hnswlib
        index = hnswlib.Index(space="ip", dim=rows.shape[1])
        index.init_index(max_elements=len(rows), ef_construction=EFC, M=M, random_seed=100)
        index.add_items(rows, np.arange(len(rows)), num_threads=threads)
        index.save_index(path + "/index")

    def open(self, path, dimensions):
        import hnswlib
        self.index = hnswlib.Index(space="ip", dim=dimensions)
        self.index.load_index(path + "/index")
        self.index.set_num_threads(1)

    def batch(self, queries, ef):
        self.index.set_ef(ef)
        return self.index.knn_query(queries, k=K, num_threads=1)[0]

    def filtered(self, query, ef, mask):
        self.index.set_ef(ef)
        try:
            return self.index.knn_query(query, k=K, num_threads=1, filter=mask.__getitem__)[0][0]
        except RuntimeError:  # it raises when it finds fewer than k
            return []


class Faiss:
    def build(self, rows, path):
        import faiss
        faiss.omp_set_num_threads(threads)
        index = faiss.IndexHNSWFlat(rows.shape[1], M, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = EFC
        index.add(rows)
        faiss.write_index(index, path + "/index")

    def open(self, path, dimensions):
        import faiss
        faiss.omp_set_num_threads(1)
        self.faiss, self.index = faiss, faiss.read_index(path + "/index")

    def batch(self, queries, ef):
        self.index.hnsw.efSearch = ef
        return self.index.search(queries, K)[1]

    def filtered(self, query, ef, mask):
        bits = np.packbits(mask, bitorder="little")
        chosen = self.faiss.IDSelectorBitmap(bits)
        parameters = self.faiss.SearchParametersHNSW(sel=chosen, efSearch=ef)
        return self.index.search(query[None], K, params=parameters)[1][0]


class USearch:
    def build(self, rows, path):
        from usearch.index import Index
        index = Index(ndim=rows.shape[1], metric="ip", dtype="f32", connectivity=M,
                      expansion_add=EFC)
        index.add(np.arange(len(rows)), rows, threads=threads)
        index.save(path + "/index")

    def open(self, path, dimensions):
        from usearch.index import Index
        self.index = Index.restore(path + "/index", view=True)

    def batch(self, queries, ef):
        self.index.expansion_search = ef
        return self.index.search(queries, K, threads=1).keys


class Hannoy:
    def database(self, path):
        import hannoy
        return hannoy.Database(path, hannoy.Metric.COSINE, env_size=1 << 34)

    def build(self, rows, path):
        with self.database(path).writer(rows.shape[1], m=M, ef=EFC) as writer:
            for start in range(0, len(rows), 10_000):
                part = np.ascontiguousarray(rows[start:start + 10_000])
                writer.add_items(list(range(start, start + len(part))), part)

    def open(self, path, dimensions):
        self.reader = self.database(path).reader()

    def batch(self, queries, ef):
        found = (np.empty((len(queries), K), np.uint32), np.empty((len(queries), K), np.float32))
        self.reader.by_array(queries, n=K, ef_search=ef, out=found)
        return found[0]


class Zvec:
    """A collection with indexed fields; takes documents, one query a call."""

    def module(self):
        import zvec
        zvec.init(log_level=zvec.LogLevel.ERROR, query_threads=threads, optimize_threads=threads)
        return zvec

    def build(self, rows, path):
        z = self.module()

        def inverted(is_range):
            return z.InvertIndexParam(enable_range_optimization=is_range)
        fields = [z.FieldSchema("brand", z.DataType.INT64, index_param=inverted(False)),
                  z.FieldSchema("category", z.DataType.INT64, index_param=inverted(False)),
                  z.FieldSchema("price", z.DataType.FLOAT, index_param=inverted(True))]
        graph = z.HnswIndexParam(metric_type=z.MetricType.IP, m=M, ef_construction=EFC)
        vector = z.VectorSchema("v", z.DataType.VECTOR_FP32, rows.shape[1], index_param=graph)
        schema = z.CollectionSchema(name="c", fields=fields, vectors=vector)
        collection = z.create_and_open(path=path + "/c", schema=schema)
        brand, category, price = attributes()
        for start in range(0, len(rows), 1000):
            collection.insert([
                z.Doc(id=str(i), vectors={"v": rows[i]},
                      fields={"brand": int(brand[i]), "category": int(category[i]),
                              "price": float(price[i])})
                for i in range(start, min(len(rows), start + 1000))])
        collection.optimize(z.OptimizeOption(concurrency=threads))
        collection.flush()
        collection.close()

    def open(self, path, dimensions):
        self.z = self.module()
        self.collection = self.z.open(path + "/c", self.z.CollectionOption(read_only=True))

    def one(self, query, ef, condition=None):
        wanted = self.z.Query(field_name="v", vector=query, param=self.z.HnswQueryParam(ef=ef))
        hits = self.collection.query(wanted, topk=K, filter=condition, output_fields=[])
        return [int(hit.id) for hit in hits]

    def batch(self, queries, ef):
        return [self.one(query, ef) for query in queries]

    def by_rule(self, query, ef, rule):
        return self.one(query, ef, sql(rule))


class SVS:
    """A Vamana graph of degree 2M, built with a window as wide as efConstruction."""

    def build(self, rows, path):
        import svs
        how = svs.VamanaBuildParameters(alpha=0.95, graph_max_degree=2 * M, window_size=EFC)
        index = svs.Vamana.build(how, rows, svs.DistanceType.MIP, num_threads=threads)
        index.save(path + "/config", path + "/graph", path + "/data")

    def open(self, path, dimensions):
        import svs
        vectors = svs.VectorDataLoader(path + "/data", svs.float32, dims=dimensions)
        self.index = svs.Vamana(path + "/config", svs.GraphLoader(path + "/graph"), vectors,
                                svs.DistanceType.MIP, num_threads=1)

    def batch(self, queries, ef):
        self.index.search_window_size = ef
        return self.index.search(queries, K)[0]


class Numpy:
    """No index: measures what a filter lets through, whose rows it knows."""

    def build(self, rows, path):
        pass

    def open(self, path, dimensions):
        self.rows = np.memmap(prefix + ".train.f32", "<f4", "r").reshape(-1, dimensions)
        self.ids = {}

    def filtered(self, query, ef, mask):
        ids = self.ids.get(id(mask))
        if ids is None:
            ids = self.ids[id(mask)] = np.flatnonzero(mask)
        scores = -(self.rows[ids] @ query)
        near = np.argpartition(scores, K - 1)[:K] if len(scores) > K else np.arange(len(scores))
        return ids[near]


class Qdrant:
    """A shard in this process, vectors in memory, fields indexed, with the extra links for their
    commoner values that it makes by default."""

    def build(self, rows, path):
        import qdrant_edge as q
        os.makedirs(path + "/s", exist_ok=True)
        graph = q.HnswIndexConfig(m=M, ef_construct=EFC, full_scan_threshold=10_000,
                                  max_indexing_threads=threads)
        shard = q.EdgeShard.create(path + "/s", q.EdgeConfig(
            vectors=q.EdgeVectorParams(size=rows.shape[1], distance=q.Distance.Dot),
            hnsw_config=graph, max_search_threads=1,
            optimizers=q.EdgeOptimizersConfig(
                default_segment_number=1, max_segment_size=100_000_000, indexing_threshold=1000)))
        kinds = q.PayloadSchemaType
        for field, kind in (("brand", kinds.Integer), ("category", kinds.Integer),
                            ("price", kinds.Float)):
            shard.update(q.UpdateOperation.create_field_index(field, kind))
        brand, category, price = attributes()
        for start in range(0, len(rows), 2000):
            shard.update(q.UpdateOperation.upsert_points([
                q.Point(i, rows[i].tolist(), {"brand": int(brand[i]), "category": int(category[i]),
                                              "price": float(price[i])})
                for i in range(start, min(len(rows), start + 2000))]))
        while shard.optimize():
            pass
        shard.flush()
        shard.close()

    def open(self, path, dimensions):
        import qdrant_edge
        self.q, self.shard = qdrant_edge, qdrant_edge.EdgeShard.load(path + "/s")

    def one(self, query, ef, condition=None):
        q = self.q
        hits = self.shard.search(q.SearchRequest(
            query=q.Query.Nearest(query.tolist()), limit=K, filter=condition,
            params=q.SearchParams(hnsw_ef=ef), with_payload=False, with_vector=False))
        return [hit.id for hit in hits]

    def batch(self, queries, ef):
        return [self.one(query, ef) for query in queries]

    def by_rule(self, query, ef, rule):
        field, q = self.q.FieldCondition, self.q
        conditions = [field(name, match=q.MatchValue(rule[name]))
                      for name in ("brand", "category") if name in rule]
        if "price_min" in rule:
            conditions.append(field("price", range=q.RangeFloat(
                gte=rule["price_min"], lte=rule["price_max"])))
        return self.one(query, ef, q.Filter(must=conditions))


class LanceDB:
    """A table with indexed fields, its vectors in one partition of codes of 8 bits; a query a call."""

    def build(self, rows, path):
        import lancedb
        import pyarrow
        from lancedb.index import Bitmap, BTree, HnswSq
        brand, category, price = attributes()
        vectors = pyarrow.FixedSizeListArray.from_arrays(rows.ravel(), rows.shape[1])
        table = lancedb.connect(path).create_table("t", pyarrow.table({
            "id": np.arange(len(rows)), "vector": vectors, "brand": brand, "category": category,
            "price": price}))
        graph = HnswSq(distance_type="dot", num_partitions=1, m=M, ef_construction=EFC)
        for field, how in (("vector", graph), ("brand", Bitmap()), ("category", Bitmap()),
                           ("price", BTree())):
            table.create_index(field, config=how)

    def open(self, path, dimensions):
        import lancedb
        self.table = lancedb.connect(path).open_table("t")

    def one(self, query, ef, condition=None):
        # Twice as many as wanted are measured on their vectors, and ef may not be less.
        search = self.table.search(query).select(["id"]).limit(K).nprobes(1).ef(max(ef, 2 * K))
        if condition:
            search = search.where(condition, prefilter=True)
        return search.refine_factor(2).to_arrow()["id"].to_pylist()

    def batch(self, queries, ef):
        return [self.one(query, ef) for query in queries]

    def by_rule(self, query, ef, rule):
        return self.one(query, ef, sql(rule))


def sql(rule):
    conditions = [f"{name} = {rule[name]}" for name in ("brand", "category") if name in rule]
    if "price_min" in rule:
        conditions += [f"price >= {rule['price_min']}", f"price <= {rule['price_max']}"]
    return " and ".join(conditions)


def attributes():
    with open(prefix + ".attrs.csv") as file:
        columns = list(zip(*list(csv.reader(file))[1:]))
    return np.array(columns[1], int), np.array(columns[2], int), np.array(columns[3], float)


def recall(found, truth):
    hits = total = 0
    for row, wanted in zip(found, truth):
        wanted = {int(x) for x in wanted[:K] if x >= 0}
        total += len(wanted)
        hits += len(wanted & {int(x) for x in row})
    return hits / max(total, 1)


def memory(field):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(field))


def emit(**fields):
    record = {"peer": options.peer, "variant": "", "dataset": options.name, "phase": options.phase,
              "threads": threads, "round": options.round, "M": M, "efc": EFC, **fields}
    with open(options.out, "a") as file:
        file.write(json.dumps(record) + "\n")


def measured(work):
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - wall, time.process_time() - cpu


prefix = os.path.join(options.data, options.name)
with open(prefix + ".meta.json") as file:
    meta = json.load(file)
n, d = meta["n"], meta["d"]
peer = {"hnswlib": HNSWLib, "faiss": Faiss, "usearch": USearch, "hannoy": Hannoy, "zvec": Zvec,
        "svs": SVS, "qdrant": Qdrant, "lancedb": LanceDB, "numpy": Numpy}[options.peer]()

if options.phase == "build":
    rows = np.fromfile(prefix + ".train.f32", "<f4").reshape(n, d)
    shutil.rmtree(options.index, ignore_errors=True)
    os.makedirs(options.index)
    base = memory("RssAnon")
    _, wall, cpu = measured(lambda: peer.build(rows, options.index))
    size = sum(os.stat(os.path.join(folder, file)).st_blocks * 512
               for folder, _, files in os.walk(options.index) for file in files)
    emit(build_s=wall, persist_s=0, cpu_s=cpu, vps=n / wall, index_bytes=size,
         peak_anon_mb=memory("RssAnon") - base)
elif options.phase == "search" and hasattr(peer, "batch"):
    peer.open(options.index, d)
    queries = np.fromfile(f"{prefix}.{options.queries}.f32", "<f4", options.nq * d).reshape(-1, d)
    truth = "gt" if options.queries == "test" else "textgt"
    truth = np.fromfile(f"{prefix}.{truth}.i32", "<i4", options.nq * 100).reshape(-1, 100)
    peer.batch(queries, 48)
    for ef in EFS + (MORE_EFS if options.queries == "text" else ()):
        found, wall, cpu = measured(lambda: peer.batch(queries, ef))
        emit(queries=options.queries, ef=ef, k=K, nq=len(queries), recall10=recall(found, truth),
             qps=len(queries) / wall, qps_cpu=len(queries) / cpu, rss_mb=memory("VmRSS"),
             anon_mb=memory("RssAnon"))
elif options.phase == "filter" and (hasattr(peer, "filtered") or hasattr(peer, "by_rule")):
    peer.open(options.index, d)
    count = min(200, meta["small"])
    queries = np.fromfile(prefix + ".test.f32", "<f4", count * d).reshape(-1, d)
    brand, category, price = attributes()
    wanted = {name: [rule] * count for name, rule in meta["filters"].items()}
    for name in meta["filters_by_query"]:
        categories = np.fromfile(f"{prefix}.filt.{name}.category.i32", "<i4", count)
        wanted[name] = [{"category": int(value)} for value in categories]
    masks = {}

    def mask_of(rule):
        key = sql(rule)
        if key not in masks:
            masks[key] = (
                (brand == rule.get("brand", brand)) & (category == rule.get("category", category))
                & (price >= rule.get("price_min", price)) & (price <= rule.get("price_max", price)))
        return masks[key]
    for name, rules in wanted.items():
        truth = np.fromfile(f"{prefix}.filt.{name}.gt.i32", "<i4").reshape(-1, K)[:count]
        allowed = [mask_of(rule) for rule in rules]

        def answer(ef):
            if hasattr(peer, "by_rule"):
                return [peer.by_rule(query, ef, rule) for query, rule in zip(queries, rules)]
            return [peer.filtered(query, ef, mask) for query, mask in zip(queries, allowed)]
        answer(FILTER_EFS[0])
        for ef in FILTER_EFS:
            found, wall, cpu = measured(lambda: answer(ef))
            emit(filter=name, selectivity=float(np.mean([mask.mean() for mask in allowed])), ef=ef, k=K,
                 nq=count, recall10=recall(found, truth), qps=count / wall, qps_cpu=count / cpu)
