"""Every difference between our signatures and PyTorch's, each with its reason: the one list.

`test_signatures.py` fails on a difference that is not here, and on an entry that no longer differs;
`docs/5-names.md` is made from it. How differences are worded ("also lengths=None"): `signatures.differences`.

    RULES         differences that many names share, said once
    SINGLE        those of single names
    NOT_YET       where PyTorch accepts more, and we shall; whoever writes it takes it out of here
    UNDERSTOOD    none for the user: PyTorch has several ways to call, and our one signature takes them all.
                  The calls beside each are made in both libraries by the test.
"""
from fnmatch import fnmatchcase
from typing import NamedTuple


class Rule(NamedTuple):
    """One reason for many names. `what` are patterns of differences, `where` patterns of names."""
    title: str
    what: tuple
    why: str
    where: tuple = ("*",)

    def covers(self, path, text):
        text = text.rpartition(": ")[2] if text.startswith(".") else text     # ".forward: no input="
        return any(fnmatchcase(path, p) for p in self.where) and any(fnmatchcase(text, p) for p in self.what)


RULES = (
    Rule("no `out=`",
         ("no out=",),
         "A result is returned. Writing into a tensor whose numbers the tape may still need is for in-place "
         "methods, which check that: write `y.copy_(tg.exp(x))`."),
    Rule("no `layout=`, `memory_format=`, `pin_memory=`, `out_dtype=`, `compute_mode=`, `driver=`",
         ("no layout=", "no memory_format=", "no pin_memory=", "no out_dtype=", "no compute_mode=",
          "no driver="),
         "They choose how PyTorch's kernels work. Arrays here are NumPy's or CuPy's, row after row, and each "
         "function is computed in one way."),
    Rule("losses: no `size_average=`, `reduce=`",
         ("no size_average=", "no reduce=", "* only by name"),
         "PyTorch has long replaced them by `reduction=`. What stands behind them there is given by name "
         "here, so that a number meant for one is never taken for another.",
         ("nn.*Loss", "nn.functional.*_loss", "nn.functional.kl_div", "nn.functional.*cross_entropy*")),
    Rule("layers of sequences: also `lengths=`",
         ("also lengths=None",),
         "The true lengths are all that a student should have to give: masks, packing, sorting follow.",
         ("nn.*",)),
    Rule("dtypes are NumPy's",
         ("a *DType",),
         "One vocabulary for both libraries: `tg.float32` is `numpy.dtype('float32')`."),
    Rule("classes: none of PyTorch's inner steps",
         tuple(f"no method {name}" for name in (
             "check_*", "get_expected_*", "permute_hidden", "merge_masks", "recursive_undo",
             "profile_hook_step", "share_memory", "clone", "cumsum", "scale_fn", "maybe_clear_saved_tensors", "is_pinned",
             "pin_memory", "graphsafe_*")),
         "They carry no underscore, but nobody calls them from outside."),
    Rule("no `register_…_hook` around states and steps",
         ("no method register_*_hook",),
         "Forward and backward hooks are here. The others serve tools that spread a network over machines."),
    Rule("old tensor types: no `device=`",
         ("no device=",),
         "They are old names of `tg.tensor(data, dtype=…)`, which takes one.",
         ("*Tensor",)),
    Rule("`dim=` may be left out of `softmax`, `log_softmax`, `logsumexp`",
         ("dim=None, in PyTorch dim",),
         "The first two are those of `nn.functional`, where it may; the third is then over all dimensions.",
         ("*softmax", "*logsumexp")),
    Rule("covariances: no `fweights=`, `aweights=`",
         ("no fweights=", "no aweights="),
         "They count rows more than once: repeat the rows."),
)

_NO_PICKLES = "files are never pickles: loading one can run any code that its author put in"
_NONE = "the same, but “not given” is written None"
_SPARSE = "PyTorch documents `mat1, mat2`, but takes only `sparse, dense` by name"
_NUMPYS = "NumPy's own class"
_DECORATOR = "so that `@no_grad` works without brackets, there too"
_CTX = "a method of `ctx`, which is an object of its own here"
_IN_PLACE = "in-place work inside a Function cannot be tracked: return a new tensor"
_FORWARD_MODE = "forward-mode and vectorised derivatives are not offered"
_A_HOOK = "a hook belongs to a tensor: `x.register_hook`"
_PACKED = "what is packed holds floats: convert before packing"
_DIVISION = {"also rounding_mode=None": "another name of `div`"}
_ON_TOP = {"also inplace=False": "the function of `nn.functional`"}
_KERNELS = "PyTorch chooses between kernels"
_CHECKS = {text: "one gradient at a time, backward, every element: nothing to choose" for text in (
    "no check_undefined_grad=", "no check_grad_dtypes=", "no check_batched_grad=", "no fast_mode=", "no masked=")}
_SAMPLE = {"also seed=0": "of the random gradient", "also max_elements=1000": "of a larger tensor a sample is checked"}
_MATRICES_ONLY = "here only matrices are sparse"
_ONLY_SPEED = {"no output_size=": "it only saves a card the time of adding up `repeats`"}
_DENSE = {"no sparse_grad=": "gradients are dense"}

SINGLE = {
    # -------------------------------------------------------------------------------------------- the library
    "dtype": {text: _NUMPYS for text in ("also dtype", "also align=False", "also copy=False",
                                         "no method to_complex", "no method to_real")},
    "no_grad": {"also orig_func=None": _DECORATOR},
    "avg_pool1d": {"stride=None, in PyTorch stride=()": _NONE},
    "celu": _ON_TOP, "selu": _ON_TOP, "threshold": _ON_TOP,
    "group_norm": {"no cudnn_enabled=": _KERNELS}, "layer_norm": {"no cudnn_enable=": _KERNELS},
    **{name: {"stride=None, in PyTorch stride=()": _NONE, "also return_indices=False": "the function of `nn.functional`"}
       for name in ("max_pool1d", "max_pool2d")},
    "full": {"no names=": "dimensions have no names here"},
    "gather": _DENSE,
    "Generator": {
        "no method clone_state": "`get_state` returns a copy",
        "no method get_offset": "only PyTorch's generators on a card have one",
        "no method set_offset": "only PyTorch's generators on a card have one"},
    "iinfo": {"no dtype=": _NUMPYS, "also int_type": _NUMPYS},
    "load": {
        "no pickle_module=": _NO_PICKLES, "no **pickle_load_args": _NO_PICKLES,
        "weights_only=True, in PyTorch weights_only=None": "the same, said openly",
        "no mmap=": "a file is read at once"},
    "meshgrid": {"indexing='ij', in PyTorch indexing=None": "the same; PyTorch warns that None will go"},
    "norm": {"dtype only by name": "`out=` has its place there"},
    "repeat_interleave": _ONLY_SPEED,
    "result_type": {text: "the names in PyTorch's documentation; those in its code vary with the kinds" for text in (
        "no tensor=", "no other=", "no scalar=", "no scalar1=", "no scalar2=", "also tensor1", "also tensor2")},
    "rrelu_": {"no generator=": "the library's own, which `manual_seed` seeds"},
    "save": {
        "no pickle_module=": "files are safetensors or npz, never pickles",
        "no pickle_protocol=": "files are safetensors or npz, never pickles"},
    "set_printoptions": {
        "no profile=": "give the numbers themselves",
        "no sci_mode=": "NumPy decides when to write 1e-05"},
    "sparse_coo_tensor": {
        "no requires_grad=": "a sparse matrix is a constant: the graph, not a weight",
        "no check_invariants=": "indices are always checked",
        "no is_coalesced=": "entries given twice are always added up"},
    "true_divide": _DIVISION,

    # ------------------------------------------------------------------------------------------------ methods
    "Tensor.expand": {"no implicit=": "private to PyTorch's compiler"},
    "Tensor.gather": _DENSE,
    "Tensor.new": {"no storage=": "there is no such class here", "no other=": "by place", "no size=": "by place"},
    "Tensor.repeat_interleave": _ONLY_SPEED,
    "Tensor.to_dense": {"no masked_grad=": "a dense tensor has no mask"},
    "Tensor.to_sparse": {"no blocksize=": _MATRICES_ONLY, "no dense_dim=": _MATRICES_ONLY, "no sparse_dim=": _MATRICES_ONLY},
    "Tensor.true_divide": _DIVISION, "Tensor.true_divide_": _DIVISION,
    "Tensor.view": {"no dtype=": "to read bytes as other numbers, use NumPy's `view` on `t.array`"},

    # -------------------------------------------------------------------------------------------- other rooms
    "amp.GradScaler": {f"no method {verb}_{what}": "the scale is always 1" for verb in ("get", "set")
                       for what in ("growth_factor", "backoff_factor", "growth_interval")},
    "cuda.amp.autocast": {"dtype=None, in PyTorch dtype=dtype": "tensors keep their own dtype"},
    "autograd.backward": {
        "no grad_variables=": "the old name of `grad_tensors`, which PyTorch warns of",
        "inputs is argument 5, in PyTorch 6": "give it by name; `grad_variables` stands before it there"},
    "autograd.gradcheck": _CHECKS | _SAMPLE | {
        "no check_forward_ad=": _FORWARD_MODE, "no check_batched_forward_grad=": _FORWARD_MODE,
        "no check_backward_ad=": "that is what it does"},
    "autograd.gradgradcheck": _CHECKS | _SAMPLE | {
        "no check_fwd_over_rev=": _FORWARD_MODE, "no check_rev_over_rev=": "that is what it does",
        "no gen_non_contig_grad_outputs=": "give `grad_outputs` as you like them"},
    "autograd.no_grad": {"also orig_func=None": _DECORATOR},
    "autograd.Function": {
        ".apply: no **kwargs": "as PyTorch documents it: what is given by place reaches `forward`",
        "no method save_for_backward": _CTX, "no method mark_non_differentiable": _CTX,
        "no method set_materialize_grads": _CTX,
        "no method mark_dirty": _IN_PLACE, "no method mark_shared_storage": _IN_PLACE,
        "no method jvp": _FORWARD_MODE, "no method vmap": _FORWARD_MODE,
        "no method save_for_forward": _FORWARD_MODE,
        "no method register_hook": _A_HOOK, "no method register_prehook": _A_HOOK,
        "no method vjp": "another name of `backward`",
        "no method name": "`grad_fn.name` is an attribute"},
    **{f"distributions.{kind}": {"no method logits": "an attribute", "no method probs": "an attribute"}
       for kind in ("Bernoulli", "Categorical")},
    "distributions.Distribution": {
        "no method sample_n": "the old way to write `sample((n,))`",
        "no method set_default_validate_args": "say it to the one: `validate_args=False`"},
    "linalg.pinv": {"no rcond=": "the old name of `rtol`", "hermitian only by name": "`rcond` stands before it there"},
    "nn.functional.avg_pool1d": {"stride=None, in PyTorch stride=()": _NONE},
    "nn.DataParallel": {f"no method {name}": "there is one device: the batch is not split"
                        for name in ("gather", "parallel_apply", "replicate", "scatter")},
    "nn.functional.rrelu_": {"no generator=": "as in `rrelu`: the numbers are those of `manual_seed`"},
    "nn.Hardtanh": {
        "no min_value=": "the old names of `min_val` and `max_val`",
        "no max_value=": "the old names of `min_val` and `max_val`"},
    "nn.Module": {
        ".state_dict: no *args": "by name only; PyTorch warns of places",
        "no method bfloat16": "NumPy has no such numbers",
        "no method compile": "what you read is what runs",
        "no method get_extra_state": "what belongs to the state is a parameter or a buffer",
        "no method set_extra_state": "what belongs to the state is a parameter or a buffer",
        **{f"no method {name}": "no such device" for name in ("ipu", "mtia", "xpu")},
        "no method set_submodule": "assign: `net.encoder.fc1 = …`",
        "no method to_empty": "there are no tensors without numbers, so nothing to allocate later"},
    "nn.ParameterDict": {f"no method {name}": "only those methods of a dictionary that networks use"
                         for name in ("copy", "fromkeys", "popitem", "setdefault")},
    "nn.ParameterList": {text: "one word for all lists" for text in (
        ".append: no value=", ".append: also module", ".extend: no values=", ".extend: also modules")},
    "nn.Sequential": {text: "one word for all lists" for text in (".extend: no sequential=", ".extend: also modules")},
    "nn.RNNBase": {
        ".forward: no *input": "PyTorch's is empty; ours is that of RNN, LSTM and GRU",
        ".forward: also hx=None": "PyTorch's is empty; ours is that of RNN, LSTM and GRU"},
    "nn.utils.rnn.PackedSequence": {
        **{f"no method {name}": _PACKED for name in ("byte", "char", "half", "int", "long", "short")},
        ".cpu: no *args": "there is nothing to choose", ".cpu: no **kwargs": "there is nothing to choose"},
    "sparse.mm": {
        "no sparse=": _SPARSE, "no dense=": _SPARSE, "also mat1": _SPARSE, "also mat2": _SPARSE,
        "no reduce=": "sums only"},
}

NOT_YET = {}

# L is the library, x the tensor [[1, 2, 3], [4, 5, 6]] of floats.
_PAIRS = {"other only by name": "L.{0}(x, x), L.{0}(x, 0), L.{0}(x, other=x), x.{0}(x), x.{0}(0)"}
_EMPTY = {"dim=None, in PyTorch dim=()": "L.{0}(x), L.{0}(x, ()), x.{0}(())"}
_UNBIASED = {"unbiased=None, in PyTorch unbiased=True":
             "L.{0}(x), L.{0}(x, unbiased=False), L.{0}(x, 0, False)"}
_SPLIT = {"no tensor_indices_or_sections=": "L.tensor_split(x, L.tensor([1])), x.tensor_split(L.tensor([1]))",
          "also indices_or_sections=None": "L.tensor_split(x, 2), x.tensor_split((1,))",
          "sections only by name": "L.tensor_split(x, 2), L.tensor_split(x, sections=2), x.tensor_split(2)",
          "indices only by name": "L.tensor_split(x, indices=(1,)), x.tensor_split((1,), 1)"}
_PIECES = {"sections only by name": "L.{0}({1}, 2), L.{0}({1}, sections=2), {1}.{0}(2), {1}.{0}(sections=2)",
           "indices only by name": "L.{0}({1}, (1,)), L.{0}({1}, indices=(1,)), {1}.{0}((1,)), {1}.{0}(1, 2)",
           "also indices_or_sections=None": "L.{0}({1}, [1]), {1}.{0}([1])"}
_SCATTER = {"value only by name": "x.scatter(0, x.long() * 0, 2.0), L.scatter(x, 0, x.long() * 0, value=2.0)"}


def _calls(table, name):
    return {text: calls.format(name) for text, calls in table.items()}


UNDERSTOOD = {
    **{f"{room}{name}": _calls(_PAIRS, name) for name in ("max", "min") for room in ("", "Tensor.")},
    **{f"{room}{name}": _calls(_EMPTY, name) for name in ("amax", "amin") for room in ("", "Tensor.")},
    **{name: _calls(_UNBIASED, name) | {
        "unbiased is argument 3, in PyTorch 2": f"L.{name}(x, False), L.{name}(x, True)"}
       for name in ("std", "var", "std_mean", "var_mean")},
    **{f"Tensor.{name}": _calls(_UNBIASED, name) | {
        "unbiased is argument 2, in PyTorch 1": f"x.{name}(False), x.{name}(True)"}
       for name in ("std", "var")},
    "arange": {"end is argument 2, in PyTorch 1": "L.arange(3), L.arange(1, 3), L.arange(end=3)"},
    "device": {"device only by name": "str(L.device('cpu')), str(L.device(device='cpu')), str(L.device('cuda', 1))"},
    "isin": {"no element=": "L.isin(2.0, x)", "no test_element=": "L.isin(x, 2.0)"},
    "randint": {"high is argument 2, in PyTorch 1": "L.randint(5, (2,)), L.randint(2, 5, (2,))",
                "size is argument 3, in PyTorch 2": "L.randint(5, (2,)), L.randint(high=5, size=(2,))"},
    "randint_like": {"high is argument 3, in PyTorch 2": "L.randint_like(x, 5), L.randint_like(x, 2, 5)"},
    "repeat_interleave": {
        "repeats is argument 2, in PyTorch 1":
            "L.repeat_interleave(L.tensor([1, 2])), L.repeat_interleave(x, 2)"},
    **{name: {text: calls.format(name, made) for text, calls in _PIECES.items()}
       for name, made in (("hsplit", "x.t()"), ("vsplit", "x"), ("dsplit", "x.reshape(3, 1, 2)"))},
    "scatter": _SCATTER, "Tensor.scatter": _SCATTER,
    "tensor_split": _SPLIT, "Tensor.tensor_split": _SPLIT,
    "Tensor.random_": {"to is argument 2, in PyTorch 1": "x.random_(5), x.random_(2, 5)"},
    "Tensor.scatter_": {"value only by name": "x.scatter_(0, (x * 0).long(), 2.0)"},
    "nn.Sequential": {"no arg=": "L.nn.Sequential(OrderedDict(a=L.nn.ReLU()))(x)"},
    "utils.data.random_split": {
        "generator=None, in PyTorch generator=Generator":
            "[len(part) for part in L.utils.data.random_split(x, [1, 1])]"},
}


def reason(path, text):
    """What is listed about it: ("rule", number), ("single", why), ("understood", calls), or None."""
    if text in UNDERSTOOD.get(path, ()):
        return "understood", UNDERSTOOD[path][text]
    if text in NOT_YET.get(path, ()):
        return "single", "not yet"
    if text in SINGLE.get(path, ()):
        return "single", SINGLE[path][text]
    return next((("rule", i) for i, rule in enumerate(RULES) if rule.covers(path, text)), None)
