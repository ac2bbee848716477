"""Where the public data sets lie, and what their files must be: the table behind `fetch`.

A line ``name | what | licence | address`` begins a data set; indented below it are its files, ``file | where, behind that
address | sha256``. ``archive.zip#member`` is a file inside an archive. The sum is that of the content, unpacked if the name ends
in ``.gz``; ``-`` means that nobody has written it down yet.
"""
from typing import NamedTuple

_TABLE = """
mhc1_smm | peptide-MHC class I affinities of 29 alleles, and the folds of four | none stated (IEDB) | https://raw.githubusercontent.com/Yanan-zh/group3_22125_Algorithms/HEAD/data/
  A0101/A0101.dat | A0101/A0101.dat | 616ac145d02dff75a7a3b916afa479419f9721069c6ca99a15b16479e9b0ba33
  A0201/A0201.dat | A0201/A0201.dat | 254eed70f6ee2db5c0eb24b990132c9edf26e3d738f6e58ea4571763cdde82ec
  A0202/A0202.dat | A0202/A0202.dat | fe905268ad9427d56b443a50dafc1f383baa91558bfa7b48689af90dd7a9e6bd
  A0203/A0203.dat | A0203/A0203.dat | 4e0e1d03d37c14ed0c0f742d7e1d14c7a95cdea9ba9f76f379515119b9b5013b
  A0301/A0301.dat | A0301/A0301.dat | 5170e90e04840b5f396259508bd71f8c6fdf3ac42ea2f70ff0914887ac993554
  A2301/A2301.dat | A2301/A2301.dat | cbd16cd61b8c721d37c632093af1012c8dfa2c3ef6b1e9e3c2ab1960ec04c9f3
  A2402/A2402.dat | A2402/A2402.dat | cb2c10f8e138c394a85c096f6894132b2bb14f91ab2a16e472810beb973ffc25
  A2403/A2403.dat | A2403/A2403.dat | 0532a4b11982238e21f1f08c2d9bcba13cc60bd185a4709df896cf8a9010c1ed
  A2601/A2601.dat | A2601/A2601.dat | e1a7b078135a8210b9ba7b57aba1089e5e17ed1c3fbf42645e3e9b32c43aad51
  A2902/A2902.dat | A2902/A2902.dat | f8bc0545be2c450b15f3365a3001026779be2684305cb6e0f824e4721aab9ab0
  A3001/A3001.dat | A3001/A3001.dat | ae6a4efb7cca5c472e275f5c270b610bdccd91dc531f86ec99376711de3da28d
  A3002/A3002.dat | A3002/A3002.dat | c41b8a1dd9d97540172aa990181f9d5e4ff19b9ab565bb0eaf816ee55cbc3c51
  A3101/A3101.dat | A3101/A3101.dat | fcb5ec965ae96e9f9ceff40731bf7da9838ea47fa588f8d135c9d9b2e4e82205
  A3301/A3301.dat | A3301/A3301.dat | 7d01c1279689e34f9f6e853faa970c8a76c2ab7744a4510ba30b38f60b8caa7d
  A6802/A6802.dat | A6802/A6802.dat | 92b7c0eba68d1c5c370d2d8c0b66eaa6033af326bab38cbd2f9bbbb82a0198e3
  A6901/A6901.dat | A6901/A6901.dat | edea2e805e9bdf0d9f82cc47ac176a0d14c23f38c744823c105b04c1619828bc
  B0702/B0702.dat | B0702/B0702.dat | 3b506037721d9fe8c31fc8d2298e2f64156d024ed4f95cd7eb25cc0b96afdf61
  B0801/B0801.dat | B0801/B0801.dat | f7d9a665064e18d9e14ac95edb6a6de18efaa3d92089cc4c0787bc6729c9bbbb
  B1801/B1801.dat | B1801/B1801.dat | 47f9d12fb4d8e6aa24e6fe098b594cdc302f53a62e2f4ffacbfeefc201aa6aa9
  B2705/B2705.dat | B2705/B2705.dat | be5b84c33f42713d9ee073194de6632b1a1c73bdeeb7343494845708826933b3
  B3501/B3501.dat | B3501/B3501.dat | 3312f2e5cc44811bfc96762a827127222fe580b30039590edcb6c3f1479594cb
  B4001/B4001.dat | B4001/B4001.dat | 6a9f87cddbf390d078f1eaf4bc650c8c1b1321c535c9ccd97e134c49142a6ca6
  B4002/B4002.dat | B4002/B4002.dat | b3920d04ea55ff27f46db5a3fefff06613034736e92e89f158ca92011d290da3
  B4403/B4403.dat | B4403/B4403.dat | a6ff677da45d8482e93a206adc4d663cf80c983ee41fb6db9ff003f7a48aaf0b
  B4501/B4501.dat | B4501/B4501.dat | 967650a82cc34a8d3a81fc078251914fe671d3130659cf0f012fedae294749c3
  B5101/B5101.dat | B5101/B5101.dat | adab9e01fc1ee29b5df38f97ed54eb4e9886b157e9d2264beeb26cf27a6951c3
  B5301/B5301.dat | B5301/B5301.dat | 9c4ea4fbb88edb247f1b7cb6455463bea0e42fa77e6f68f61dc6e3ca71237e59
  B5401/B5401.dat | B5401/B5401.dat | 131b399706b045a69a8adba14a56d7d4c87c288e307f704ff47bb755c7b8b69f
  B5701/B5701.dat | B5701/B5701.dat | 9fe5b8e462dde534efb0a0d0bd52b9c4b59a30e0257fc51c4944d82ab460c73a
  A0101/c000 | A0101/c000 | 1aa1d108b4163ab482f5b450e088e8e41cd507cf929f3ca3ec2f0144c3a5f335
  A0101/c001 | A0101/c001 | 789a0b49f9f46e8dd01a9b693e5fc1c888ea792e7283b70ea6dbc58ddd510e1b
  A0101/c002 | A0101/c002 | 31f8f2d48f58f6f801e9c72d7ea99383eef08b98b36cf81548ac478b72d2653b
  A0101/c003 | A0101/c003 | 35547feeaff431c39f857a769c54f9fd520fedb4005d41e439463202b88c89b3
  A0101/c004 | A0101/c004 | 35a8eff4239240da9e7e4ee9574dc96b896edb176314047780711063c0c5e9de
  A0201/c000 | A0201/c000 | d6b94e31df1f3b1712476e9cada0e85f8710f8fc43359dfb08f120eee9bd151e
  A0201/c001 | A0201/c001 | 4a512b3b594f02b04ea809463f065c70bceb7f8a80f25885b04765c61eb867b0
  A0201/c002 | A0201/c002 | b793134a008f9e9d03a143954b459f8607b837359025ce043f5fc08d50dfeb84
  A0201/c003 | A0201/c003 | b2c7a41a4d0574d53df063d5433ec0511076f1070e61a767aab019a0fe4ae2a8
  A0201/c004 | A0201/c004 | 57e51153b90d165f865843e6cfc9e02ff99ffc7d37dad6ac8412e81e42afa790
  A0301/c000 | A0301/c000 | d430af5df0c41b5ca3954cc275ba7881f462540fdbfbf3b45ae4b7b3e6801625
  A0301/c001 | A0301/c001 | 87139c6eb8c97c75f26079bf4ac075c9065890d030b33e6dd444dd3518761cb1
  A0301/c002 | A0301/c002 | 65987010749eb774b6b746545ff0f2599d34b65cc2f2fe7e88b90a3707bbd4ff
  A0301/c003 | A0301/c003 | a3d37066e9c5b9b2a90a765150c8b278efce12e0a881a75b789d1dc597e51f76
  A0301/c004 | A0301/c004 | 6c8543afb9b4cd8db40f09da73a4d49894a13e24b4988d103f1828582dd956d1
  B0702/c000 | B0702/c000 | c1a5d8ee48189bf6c5f0b7130694affb3e0e68467b00010d25d18fe9b1bdda51
  B0702/c001 | B0702/c001 | 7504ce334794e9d4efae3734e65ce4b98b19d7ff3bc178ae0f948f924536eed2
  B0702/c002 | B0702/c002 | 6984eb2a56747d229f99c14b43d46b91f2f136ef28656e52524e37212ae7f982
  B0702/c003 | B0702/c003 | 10a6c496614555ec678e545e6a2095c9ee0ecac22ce098472cde35f612cce592
  B0702/c004 | B0702/c004 | 92fe7989130bfc0f670d25b5c6c98ce8907981a6a38b3fe9971b5b611a85b753
mhc1_curated | MHCflurry's curated affinities, many alleles and lengths, with < and > | GPL-3.0 (IEDB data) | https://raw.githubusercontent.com/dmnfarrell/epitopepredict/HEAD/epitopepredict/mhcdata/
  curated_training_data.no_mass_spec.csv | curated_training_data.no_mass_spec.zip#curated_training_data.no_mass_spec.csv | 126d05c3eccfdbcf0b234d4e802d3a8a13cdde49de8a6b9dce858299cab332ea
mhc1_pseudoseq | the 34 residues of MHC class I molecules that touch a peptide | Apache-2.0 | https://raw.githubusercontent.com/openvax/mhcflurry/HEAD/downloads-generation/models_class1_unselected/
  pseudosequences.netmhcpan.34aa.csv | pseudosequences.netmhcpan.34aa.csv | d559229154621c4a1d17228d9897a86bf055e5297082223d0999caf81f7845e9
mhc1_3class_a0201 | 9-mers in three classes for A*02:01, predicted ones | none stated | https://raw.githubusercontent.com/leonjessen/keras_tensorflow_demo/HEAD/data/
  ran_peps_netMHCpan40_predicted_A0201_reduced_cleaned_balanced.tsv | ran_peps_netMHCpan40_predicted_A0201_reduced_cleaned_balanced.tsv | 11fd09942f3be3489da0d68c08f664db443bc19c639adee405e4771a4f3ef312
subloc_multiloc | protein localisation, 11 classes | none stated (Swiss-Prot) | https://raw.githubusercontent.com/KohlbacherLab/MultiLoc2/HEAD/MultiLoc2/data/datasets/multiloc/
  ER.fasta | ER.fasta | fc18cb9acaee46bd7706c4c2e613a43486f1450b3c3e94b265e8b84f2cedee06
  Golgi.fasta | Golgi.fasta | b2212ab516c14b31b73ed2142048b749c404aa6236b1bfd4dae6a0d4163f3287
  chloroplast.fasta | chloroplast.fasta | 7d5cd40b494e764549afdb438fd706bc9f21c7c2571b6785569dba9c19b8ce02
  cytoplasmic.fasta | cytoplasmic.fasta | e5ea8fd4d23ed283c29bbb42a187011955be58b0ffe7b4c9fbf7bb8650e890d3
  extracellular.fasta | extracellular.fasta | 3206687b2765d3f520b09cea72e7d29f885aea86ccd51960a38a3c07922ba750
  lysosomal.fasta | lysosomal.fasta | 8e47090270ae7d109f624e0f4b62ac58d2b24ccc941dab2bbf83fccba0978cb6
  mitochondrial.fasta | mitochondrial.fasta | b2eb51a178e4eff310443ec2ab7ec3a8ff911e6479a667cb753c2708c0934f93
  nuclear.fasta | nuclear.fasta | b35316170d1afe7977d11cc79c5c911f465e1edd87be3b03623fdc5c9e2903bd
  peroxisomal.fasta | peroxisomal.fasta | 502deef9860319d1ccbde1fc13d7c46cd36aa414a06737947f2d4d428b8fc818
  plasma_membrane.fasta | plasma_membrane.fasta | bf60ba8b52831ebf8367124ec871373632b889fb381e7190021ec70fb4a707b5
  vacuolar.fasta | vacuolar.fasta | 3ccb4e2de4d726dff53e693dd4cd1123cd774867cfd2647845afd5e5b467ce26
dna_promoters | E. coli promoters | CC BY 4.0 (UCI) | https://raw.githubusercontent.com/farhan-137/dna-promoter-classifier/HEAD/data/
  promoters.data | promoters.data | 9cba9e8661ab04760d69b857f62259233446f2dce5ec9b515efe0b23c315bb29
dna_splice | primate splice junctions | CC BY 4.0 (UCI) | https://raw.githubusercontent.com/drusk/splice-junction-gene-sequences/HEAD/data/
  splice.data | splice.data | ebbae10c85d3c285e2a2489a37e42bc2ee8d91d15005e391a9962fa3389a114f
dna_enhancers | human enhancers, iEnhancer layer 1 | none stated | https://raw.githubusercontent.com/feng-123/Enhancer-LSTMAtt/HEAD/data/
  layer1/enhancer.cv.txt | layer1/enhancer.cv.txt | 5aa1336bc38a675f579244e9dabb3c689abb835880eb42b1ba54451cc667ba61
  layer1/enhancer.ind.txt | layer1/enhancer.ind.txt | acaea2aca7113947b47d6b672848d07be9cf3cacd7a0c2cf84f554d197cda374
  layer1/non.cv.txt | layer1/non.cv.txt | 661abf8105ff64905d9a64b609c4112af637ee44b3157ad8742f03960ded3412
  layer1/non.ind.txt | layer1/non.ind.txt | deb9f732de90814b0b80bf48e224778746765eb8915a5c0f4501de8510eec3fa
graphs_tu | MUTAG and PROTEINS, graph classification | none stated | https://raw.githubusercontent.com/
  MUTAG/MUTAG_A.txt | SuperVillian/GBGC/HEAD/dataset/MUTAG/MUTAG_A.txt | d9656ca7493f3445d737c711710bb36fd432dddd1c0ea32e1d4713c86ebd28e2
  MUTAG/MUTAG_edge_labels.txt | SuperVillian/GBGC/HEAD/dataset/MUTAG/MUTAG_edge_labels.txt | 4669ce755075ff86c3240709345745886400908fa637a49310459b9c267b3e56
  MUTAG/MUTAG_graph_indicator.txt | SuperVillian/GBGC/HEAD/dataset/MUTAG/MUTAG_graph_indicator.txt | 7d520a4d6c7961c0cdeabe076d8fe27e795b6d373485c9a2b744987e560a2056
  MUTAG/MUTAG_graph_labels.txt | SuperVillian/GBGC/HEAD/dataset/MUTAG/MUTAG_graph_labels.txt | a1518ea39ba3426bd42f57396b9c4baffe68e9adc718caeeab0119c6591a5f2c
  MUTAG/MUTAG_node_labels.txt | SuperVillian/GBGC/HEAD/dataset/MUTAG/MUTAG_node_labels.txt | 678f429965490e84dd27713017538c995fc05d1621beac910848b600015ee863
  PROTEINS/PROTEINS_A.txt | SuperVillian/GBGC/HEAD/dataset/PROTEINS/PROTEINS_A.txt | 4c4b33e272fc95cac6d27ed6d5d12b9a852c8610e91fff59f8f0dbdd5a20df67
  PROTEINS/PROTEINS_graph_indicator.txt | SuperVillian/GBGC/HEAD/dataset/PROTEINS/PROTEINS_graph_indicator.txt | 8d4ff1e852a5c28561e9bffb44cf9490bc552b13a3b6156dd12dc7f44e9afc4a
  PROTEINS/PROTEINS_graph_labels.txt | SuperVillian/GBGC/HEAD/dataset/PROTEINS/PROTEINS_graph_labels.txt | c0ef9810c440775252872318d0c8adc385588e14bc4c47a2c34aa96ee3c7cdcd
  PROTEINS/PROTEINS_node_attributes.txt | SuperVillian/GBGC/HEAD/dataset/PROTEINS/PROTEINS_node_attributes.txt | 54eef829abb37e458a5fbf3a3c581e48e5810e220463c2cd951856b9ceb08f07
  PROTEINS/PROTEINS_node_labels.txt | SuperVillian/GBGC/HEAD/dataset/PROTEINS/PROTEINS_node_labels.txt | f758e8ad3d6e3c026b50833d75f6f90735b94eb3345e4243707f495ca8afea8d
  PROTEINS/10fold_idx/test_idx-1.txt | LiuBeauty/GIN_COMETRUE/HEAD/dataset/PROTEINS/10fold_idx/test_idx-1.txt | 41c02c84ef8cba8a781b32f51c6622c2a5ea6c6911a3c3232a4707b8c1bf0ec9
  PROTEINS/10fold_idx/test_idx-2.txt | LiuBeauty/GIN_COMETRUE/HEAD/dataset/PROTEINS/10fold_idx/test_idx-2.txt | d2886161063807351509512948351a5ecaa549fb7074ce89c42b72ad7d5db035
  PROTEINS/10fold_idx/test_idx-3.txt | LiuBeauty/GIN_COMETRUE/HEAD/dataset/PROTEINS/10fold_idx/test_idx-3.txt | 3c85ff214e3d208396e706281304e5eee5ddb7f95ac3a10e37785c68a564c979
  PROTEINS/10fold_idx/test_idx-4.txt | LiuBeauty/GIN_COMETRUE/HEAD/dataset/PROTEINS/10fold_idx/test_idx-4.txt | f0e6908b9b56aa830da2588c5617a427e66c60e6477fef56c17b41b52f9f4e8c
  PROTEINS/10fold_idx/test_idx-5.txt | LiuBeauty/GIN_COMETRUE/HEAD/dataset/PROTEINS/10fold_idx/test_idx-5.txt | 80661f7ae120fddfaed17bdd9a73195f3fadbd6849b8534662aeb2b7b86efe32
  PROTEINS/10fold_idx/test_idx-6.txt | LiuBeauty/GIN_COMETRUE/HEAD/dataset/PROTEINS/10fold_idx/test_idx-6.txt | 3a2be0743b8148b37dcfe627f364e97da595b4efc50424ec295ee572be3d85cd
  PROTEINS/10fold_idx/test_idx-7.txt | LiuBeauty/GIN_COMETRUE/HEAD/dataset/PROTEINS/10fold_idx/test_idx-7.txt | b1006f84c83fa23249d3d7dfe97ca82d341fb8051c322934665164364403312f
  PROTEINS/10fold_idx/test_idx-8.txt | LiuBeauty/GIN_COMETRUE/HEAD/dataset/PROTEINS/10fold_idx/test_idx-8.txt | 098735673ba5d542e6b96e026015455f27b9e2deeed765b1b4a977fd8f95bcef
  PROTEINS/10fold_idx/test_idx-9.txt | LiuBeauty/GIN_COMETRUE/HEAD/dataset/PROTEINS/10fold_idx/test_idx-9.txt | 376c4d7ca5df6d72d5bfe7afe37b7004dd94ff828842ebedfd1080012e36cce7
  PROTEINS/10fold_idx/test_idx-10.txt | LiuBeauty/GIN_COMETRUE/HEAD/dataset/PROTEINS/10fold_idx/test_idx-10.txt | b274252b1e25f07be0b20171b15e7c813c06cb8060bd1a0b1898d86fb748a8c2
graphs_cora | Cora citations, node classification | none stated | https://raw.githubusercontent.com/cdawei/tutorial_gml/HEAD/data/
  cora.content | cora.zip#cora.content | b8ebed0fd45e53995abafd1b70cf6a9fcc8f86abc5826d69b97fe6ca46e9c8ee
  cora.cites | cora.zip#cora.cites | ec1a372391b7f0f60a6aff0084e8abd8f19f0faa7e1f2441a41c492042d5945e
snp_wheat | wheat lines: markers, yield in four environments, pedigree | GPL-3.0 | https://raw.githubusercontent.com/gdlc/BGLR-Julia/HEAD/data/
  wheat.X.csv | wheat.X.csv | b3546a12ad65eefed9d2fd1104a7d273b3d310bb4bbb2c19c033e03b738019cc
  wheat.Y.csv | wheat.Y.csv | a84bc2bf94a3b036abb4afa8fe8244ef3694932778ec7dd895d0ffbdf21bb227
  wheat.A.csv | wheat.A.csv | 283da89a66f165386452dd5f3aff2fd1bfe479342d5fef179cca49eb20c47fe9
  wheat.sets.csv | wheat.sets.csv | 6c7c9c1fdbf4abdd6f5bcee89702fe102257a71a8524b783e71159821d3d2681
msa_pf00014 | Pfam's Kunitz family and residue distances | MIT, CC0 (Pfam) | https://raw.githubusercontent.com/pagnani/ArDCAData/HEAD/data/PF00014/
  PF00014_mgap6.fasta.gz | PF00014_mgap6.fasta.gz | f5abfe244d53606591e01d088b2834164fc7bfd4a86f62fe6d02c20d860bd5e0
  PF00014_struct.dat | PF00014_struct.dat | 6589d02d940525334fcf25d5e0c2972cbf97b0f126cc89626d157a231a26a469
peptides | HIV tropism and resistance, antimicrobial peptides | MIT | https://raw.githubusercontent.com/spaenigs/peptidereactor/HEAD/data/
  hiv_v3/seqs.fasta | hiv_v3/seqs.fasta | 2ac91a34871df00a3704d73d30a8cd1e6dd18fa49eeaca85b15d6b249f1c7e3b
  hiv_v3/classes.txt | hiv_v3/classes.txt | 40fe088e1e03fbdfdb95108307460f925500e5194b65ed8b9616c7a221849129
  hiv_idv/seqs.fasta | hiv_idv/seqs.fasta | e185147fd48b61d24e22927da1d28490a5040bb18b47cca0e21a46ba632fbbf0
  hiv_idv/classes.txt | hiv_idv/classes.txt | 63883a107cbc5210221260d13d3cb7566a8cf671e8a8ae5b3454117915208736
  amp_iamp2l/seqs.fasta | amp_iamp2l/seqs.fasta | b08d5b22c84830f6233f28ddb63d7169c2bd1fa3133c266e33a38df62a212786
  amp_iamp2l/classes.txt | amp_iamp2l/classes.txt | 69ddbcccae2fa4f0df6093f284b9b7aa87fddc630d0eeb2bc5a2671c6aa2dc76
flu_h3 | 79 H3N2 haemagglutinins | MIT | https://raw.githubusercontent.com/jbloomlab/flu_H3_2023_seqneut_vs_growth/HEAD/data/
  2023-2024_H3_library_protein_constructs.fasta | 2023-2024_H3_library_protein_constructs.fasta | 6c2c3d57edc19460e645f9a63bd76e333271b0189393e0e77799576d200afc14
gb1_flip | GB1 fitness landscape, five splits | CC BY 4.0, splits AFL-3.0 | https://raw.githubusercontent.com/J-SNACKKB/FLIP/HEAD/splits/gb1/
  one_vs_rest.csv | splits.zip#one_vs_rest.csv | e901db7f88f5851f6d5177ca78d8ba9c7b01b4712cd553cb309f29a34f569d02
  two_vs_rest.csv | splits.zip#two_vs_rest.csv | b368e4564e10e33735f897c9b63f1be7030082e565c6d4e1368d6f1641a310de
  three_vs_rest.csv | splits.zip#three_vs_rest.csv | b8aa60cc061013a5c2e6f4070593c82976b1d9e5c9058a66ad57c6e9c3cec023
  low_vs_high.csv | splits.zip#low_vs_high.csv | 190217d19cdafec40d8a961fce2dcbfd9fc89c9f4c6fa994aa90861b06e073fa
  sampled.csv | splits.zip#sampled.csv | 19bcb946fb9f8fe5ac1d5ed0aa85d4a85848b44744560d9684cc278935f3bd16
secstruct_flip | secondary structure per residue | AFL-3.0 | https://raw.githubusercontent.com/J-SNACKKB/FLIP/HEAD/splits/secondary_structure/
  sequences.fasta | splits.zip#sequences.fasta | cc69cb36650161fa08874c7a3a2ceceb9c3bbab1b6394cb875647c1b8b4a4b03
  sampled.fasta | splits.zip#sampled.fasta | d74173c6ecd35339e9455565b45160f7285d401a1fc05e814af67bcb7bb83ad1
  mask.fasta | splits.zip#mask.fasta | 6ffafb87ab0d40781103594d3a8fa202d1db741fd49cc00fe6220797bf55897f
mnist | handwritten digits | none stated | https://storage.googleapis.com/cvdf-datasets/mnist/
  t10k-images-idx3-ubyte.gz | t10k-images-idx3-ubyte.gz | 0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
  t10k-labels-idx1-ubyte.gz | t10k-labels-idx1-ubyte.gz | ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2
  train-images-idx3-ubyte.gz | train-images-idx3-ubyte.gz | -
  train-labels-idx1-ubyte.gz | train-labels-idx1-ubyte.gz | -
esol | solubility of 1128 small molecules | MIT | https://raw.githubusercontent.com/deepchem/deepchem/HEAD/datasets/
  delaney-processed.csv | delaney-processed.csv | 8c06a76f0c6487d29ab0f903e6a7a7139f189ab3c1178f159c8be8964602f189
"""


class Source(NamedTuple):
    """A public data set: `name`, what it is `about`, its `licence`, and its `files`: a dictionary path -> (address, sha256 or None).

    >>> SOURCES["dna_splice"].files["splice.data"][0]
    'https://raw.githubusercontent.com/drusk/splice-junction-gene-sequences/HEAD/data/splice.data'
    """

    name: str
    about: str
    licence: str
    files: dict


def _parse(table):
    found = {}
    for line in table.strip().splitlines():
        fields = [field.strip() for field in line.split(" | ")]
        if line[0] != " ":
            name, about, licence, prefix = fields
            found[name] = Source(name, about, licence, {})
        else:
            path, where, sha256 = fields
            found[name].files[path] = (prefix + where, None if sha256 == "-" else sha256)
    return found


#: all data sets by name
SOURCES = _parse(_TABLE)
