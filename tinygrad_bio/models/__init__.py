"""Whole networks: those that the lectures name, at their published size and small enough to train in class.

==================  ==================================================================================================
images.py           LeNet5, AlexNet, VGG
googlenet.py        GoogLeNet (inception)
resnet.py           ResNet-18 … -152, SENet (squeeze-and-excitation)
unet.py             U-Net: a class for every pixel
convnext.py         ConvNeXt
peptides.py         PeptideFFN, PeptideCNN: which peptides an MHC molecule binds
sequences.py        SequenceClassifier: an LSTM over a protein, and attention that says what it looked at
language.py         LanguageModel: BERT-style (masked) or GPT-style (causal), for proteins and DNA; LSTMLanguageModel
family.py           FactoredAttention: contacts from an alignment
translate.py        Seq2Seq with attention; TranslationTransformer
generative.py       Autoencoder, VAE, GAN
graphs.py           GCN (nodes), GIN (whole graphs)
genomic.py          MarkerMLP, MarkerCNN: from SNPs to a phenotype
==================  ==================================================================================================

>>> from tinygrad_bio import models
>>> net = models.LeNet5(num_classes=10)
>>> sum(p.numel() for p in net.parameters())
61750

Names inside a model, and so the keys of its ``state_dict``, are torchvision's where torchvision has the model.
"""
from .convnext import ConvNeXt, convnext_tiny
from .family import FactoredAttention
from .generative import GAN, VAE, Autoencoder
from .genomic import MarkerCNN, MarkerMLP
from .googlenet import GoogLeNet
from .graphs import GCN, GIN
from .images import VGG, AlexNet, LeNet5, vgg11, vgg16, vgg19
from .language import LanguageModel, LSTMLanguageModel
from .peptides import PeptideCNN, PeptideFFN
from .resnet import ResNet, resnet18, resnet34, resnet50, resnet101, resnet152, senet50
from .sequences import SequenceClassifier
from .translate import Seq2Seq, TranslationTransformer
from .unet import UNet

__all__ = ["LeNet5", "AlexNet", "VGG", "vgg11", "vgg16", "vgg19", "GoogLeNet", "ResNet", "resnet18", "resnet34", "resnet50",
           "resnet101", "resnet152", "senet50", "UNet", "ConvNeXt", "convnext_tiny", "PeptideFFN", "PeptideCNN",
           "SequenceClassifier", "LanguageModel", "LSTMLanguageModel", "FactoredAttention", "Seq2Seq", "TranslationTransformer", "Autoencoder", "VAE",
           "GAN", "GCN", "GIN", "MarkerMLP", "MarkerCNN"]
