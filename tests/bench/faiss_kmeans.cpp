// A peer: faiss' k-means on all rows of a raw float32 file [n, p], from given centroids [k, p]. Prints one
// JSON object. Built only where faiss is installed; OMP_NUM_THREADS says how many threads.
//
//   faiss_kmeans ROWS CENTROIDS P ITERATIONS
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>

namespace {

std::vector<float> read_floats(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw std::runtime_error(path + ": can't be read");
  std::vector<float> values(static_cast<std::size_t>(file.tellg()) / sizeof(float));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(float)));
  return values;
}

/// The sum of squared distances to the nearest centroid, in double.
double inertia(const std::vector<float>& rows, const std::vector<float>& centroids, std::size_t p) {
  faiss::IndexFlatL2 index(static_cast<faiss::Index::idx_t>(p));
  index.add(static_cast<faiss::Index::idx_t>(centroids.size() / p), centroids.data());
  const std::size_t n = rows.size() / p;
  std::vector<float> distances(n);
  std::vector<faiss::Index::idx_t> labels(n);
  index.search(static_cast<faiss::Index::idx_t>(n), rows.data(), 1, distances.data(), labels.data());
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < p; ++j) {
      const double difference = static_cast<double>(rows[i * p + j]) -
                                static_cast<double>(centroids[static_cast<std::size_t>(labels[i]) * p + j]);
      sum += difference * difference;
    }
  }
  return sum;
}

void run(const std::string& rows_path, const std::string& start_path, std::size_t p, int iterations) {
  const auto rows = read_floats(rows_path);
  const auto start = read_floats(start_path);
  const auto k = start.size() / p;
  faiss::ClusteringParameters parameters;
  parameters.niter = iterations;
  parameters.min_points_per_centroid = 1;
  parameters.max_points_per_centroid = std::numeric_limits<int>::max() / static_cast<int>(k);  // no sample
  faiss::Clustering clustering(static_cast<int>(p), static_cast<int>(k), parameters);
  clustering.centroids = start;
  faiss::IndexFlatL2 index(static_cast<faiss::Index::idx_t>(p));
  clustering.train(static_cast<faiss::Index::idx_t>(rows.size() / p), rows.data(), index);
  const auto& stats = clustering.iteration_stats;
  // Since the first iteration's end: without checks and set-up.
  std::printf("{\"seconds_per_iteration\": %.9g, \"iterations\": %zu, \"inertia\": %.17g}\n",
              (stats.back().time - stats.front().time) / static_cast<double>(stats.size() - 1), stats.size(),
              inertia(rows, clustering.centroids, p));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 5) throw std::runtime_error("usage: faiss_kmeans ROWS CENTROIDS P ITERATIONS");
    run(argv[1], argv[2], std::stoull(argv[3]), std::stoi(argv[4]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "faiss_kmeans: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
