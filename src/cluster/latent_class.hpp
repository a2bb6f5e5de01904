// Latent classes (Lazarsfeld and Henry 1968; Goodman 1974): segments in which answers by name are independent
// of each other, by maximum likelihood. Missing answers are missing at random: they have no say.
#pragma once

#include "cluster/fit.hpp"

namespace psychograph::cluster {

/// Probabilities are held off 0 and 1 by Bayes constants (Vermunt and Magidson, Latent GOLD): a customer
/// more, who is in all classes alike and answers as everybody does.
extern const Algorithm latent_class;

}  // namespace psychograph::cluster
