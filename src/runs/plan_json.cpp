#include "runs/plan_json.hpp"

#include "runs/json_text.hpp"

namespace psychograph::runs {

std::string as_json(const planning::Plan& plan) {
  const auto memory = planning::memory(plan.problem, plan.placement, plan.constants);
  const auto seconds = planning::stages(plan.problem, plan.assumptions, plan.placement, plan.constants);
  const auto each = planning::iteration(plan.problem, plan.assumptions, plan.placement, plan.constants);
  const nlohmann::ordered_json json = {{"customers", plan.problem.customers},
                                       {"columns", plan.problem.columns},
                                       {"k", plan.problem.cluster.k},
                                       {"nodes", plan.placement.nodes},
                                       {"ranks_per_node", plan.placement.ranks_per_node},
                                       {"fits", plan.fits()},
                                       {"bytes", {{"rank", memory.rank()}, {"node", plan.node_needs()}}},
                                       {"seconds",
                                        {{"read", seconds.read},
                                         {"encode", seconds.encode},
                                         {"seed", seconds.seed},
                                         {"iterate", seconds.iterate},
                                         {"finish", seconds.finish},
                                         {"profile", seconds.profile},
                                         {"write", seconds.write},
                                         {"total", seconds.total()}}},
                                       {"iteration",
                                        {{"rows", each.rows},
                                         {"skipped", each.skipped},
                                         {"moved", each.moved},
                                         {"message", each.message},
                                         {"centroids", each.centroids},
                                         {"total", each.total()}}},
                                       {"mem", plan.memory_limit()},
                                       {"time", plan.time_limit()},
                                       {"command", "psychograph " + plan.whole_command()}};
  return json_text(json, 1) + "\n";
}

}  // namespace psychograph::runs
