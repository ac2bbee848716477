"""Who is at risk? Survival from gene expression.  (Lecture B15)

At the end of a study many patients are still well: of them we know only that the event comes *later* than they were last seen
(censored). Cox's model says that patient i runs a risk e^{r_i} times that of an average patient, at every moment. Then, when someone
has the event at time t_i, the chance that it is i among all who are still there is e^{r_i} / Σ_{j: t_j ≥ t_i} e^{r_j}. We minimise

    loss = − mean over events of log( e^{r_i} / Σ_{j: t_j ≥ t_i} e^{r_j} )

Times enter by their order only, and censored patients count as long as they are seen. A linear r = w·x is Cox regression (1972); a
network for r also finds genes that matter only together (DeepSurv, 2018). Concordance says how well it works: of two patients, the
share of pairs in which the one with the higher r has the event first. ½ is guessing. Events are random: even who knows the true
hazard does not reach 1, so we show what the truth itself would reach.

Run it:

    python examples/b15_survival.py        simulated patients: five genes matter, and the product of the first two; half a minute
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import bio, course, nn, train, viz

options = course.options(__doc__, epochs=60, quick_epochs=6, patients=(3000, "patients in the study"), genes=(30, "genes measured"),
                         lr=(3e-3, "learning rate of AdamW"))

# %% The patients: 60 % to learn from, 15 % to choose when to stop, 25 % to be predicted
count = 600 if options.quick else options.patients
patients, truth = bio.simulate_survival(count, options.genes, seed=options.seed, interaction=0.8)
x, times = tg.from_numpy(patients.features), tg.from_numpy(patients.times)                        # (N, genes), (N,) months
events = tg.from_numpy(patients.events)                                                           # (N,) True: it happened
last, first = int(0.6 * count), int(0.75 * count)
learn, choose, test = slice(0, last), slice(last, first), slice(first, count)
print(f"{count} patients with {options.genes} genes; {100 * patients.events.mean():.0f} % had the event, "
      f"the others were last seen without it")


# %% Two models of the log risk r(x), with the same loss
def loss(model, batch):
    """Cox's partial likelihood among the patients of the batch; the fewer they are, the smaller it is."""
    x, times, events = batch
    return bio.cox_loss(model(x)[:, 0], times, events)


models = {"Cox regression": nn.Linear(options.genes, 1, bias=False),
          "network": nn.Sequential(nn.Linear(options.genes, 64), nn.Tanh(), nn.Dropout(0.3), nn.Linear(64, 32), nn.Tanh(), nn.Dropout(0.3),
                                   nn.Linear(32, 1, bias=False))}
risk, histories = {"truth": truth}, {}
for name, model in models.items():
    model.to(options.device)
    optimizer = tg.optim.AdamW(model.parameters(), lr=options.lr, weight_decay=0.1)
    data, validation = ((x[part], times[part], events[part]) for part in (learn, choose))
    histories[name] = train.fit(model, data, loss, optimizer, options.epochs, validation=validation, batch_size=300, patience=15,
                                device=options.device, progress=True, words=name)
    r = train.predict(model, x, device=options.device).cpu().numpy()[:, 0]                        # (N,)
    risk[name] = r - r[learn].mean()                                                              # a constant cancels in the loss
histories["network"].plot(options.out / "learning_curve.png", title="network", ylabel="−log partial likelihood per event")

# %% The result on patients that no model has seen
months, happened = patients.times[test], patients.events[test]


def concordance(who, risk):
    """Of the test patients with the numbers `who`."""
    return bio.concordance(months[who], happened[who], risk)


found = {name: bio.bootstrap(concordance, np.arange(len(months)), r[test], n=200) for name, r in risk.items()}
table = course.Table(options, "concordance")
table.add(f"{len(months)} test patients", found["network"].value, found["network"],
          baseline=("Cox regression", found["Cox regression"].value))
table.add("the true log hazard (upper bound)", found["truth"].value, found["truth"], baseline=("guessing", 0.5))
table.show()

# %% Three groups by predicted risk, cut at the thirds of the patients it learned from
cuts = np.quantile(risk["network"][learn], [1 / 3, 2 / 3])
group = np.digitize(risk["network"][test], cuts)                                                  # 0 low, 1 middle, 2 high
grid = np.linspace(0, 120, 481)
curves = {}
print("\n    predicted risk   patients   events   median survival")
for number, name in enumerate(("low", "middle", "high")):
    here = group == number
    curve = bio.kaplan_meier(months[here], happened[here])
    step = np.searchsorted(curve.times, grid, side="right")                                       # how many events so far
    curves[f"{name} risk, {here.sum()} patients"] = tuple(np.append(1, edge)[step] for edge in (curve.survival, curve.low, curve.high))
    print(f"    {name:16} {here.sum():8} {happened[here].sum():8}   {curve.median():6.1f} months")
ends = group != 1
p = bio.logrank(months[ends], happened[ends], group[ends] == 2)
print(f"Low against high risk, log-rank test: p = {p:.1e}")

# %% The pictures
viz.lines(grid, curves, options.out / "kaplan_meier.png", steps=True, xlabel="time (months)", ylabel="share without event",
          title=f"Survival of the predicted risk groups (95 % bands), log-rank p = {p:.0e}")
viz.scatter(truth[test], risk["network"][test], options.out / "log_risk.png", title="network",
            xlabel="true log hazard", ylabel="predicted log risk")
viz.scatter(truth[test], risk["Cox regression"][test], options.out / "log_risk_linear.png", title="Cox regression",
            xlabel="true log hazard", ylabel="predicted log risk")
print(f"\nPictures: {options.out}/*.png")
