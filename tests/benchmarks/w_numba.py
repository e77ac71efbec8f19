"""W in Numba: structured record arrays, one scalar rule per behaviour."""
import math, os, numpy as np
from numba import njit, prange, types
from numba.extending import intrinsic
from tests.benchmarks.w_common import *
G_, C1_, C2_ = np.uint64(G), np.uint64(C1), np.uint64(C2)
SQ6 = math.sqrt(6.0)
INIT, SHOCK, CHOICE, SEARCH, CAND = (np.uint64(i) for i in range(5))   # typed: literal ints would specialise key() 4 times
FM = {'0': False, '1': True, 'c': {'contract'}}[os.environ.get('W_FASTMATH', '0')]
INL = os.environ.get('W_INLINE', 'never')
rule = njit(cache=True, fastmath=FM, inline=INL, error_model='numpy')

# exp as a polynomial in pure IEEE operations: the same bits on every machine and compiler, and LLVM can inline/vectorise it
@intrinsic
def bits(tyctx, x):
    def codegen(ctx, b, sig, args): return b.bitcast(args[0], ctx.get_value_type(types.float64))
    return types.float64(types.uint64), codegen
@intrinsic
def unbits(tyctx, x):
    def codegen(ctx, b, sig, args): return b.bitcast(args[0], ctx.get_value_type(types.uint64))
    return types.uint64(types.float64), codegen
@njit(cache=True, fastmath=FM, error_model='numpy')
def exp_poly(x):
    x = min(max(x, -700.0), 700.0)
    t = x * 1.4426950408889634 + 6755399441055744.0
    n = t - 6755399441055744.0
    r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10
    r2 = r * r; r4 = r2 * r2; r8 = r4 * r4
    q = ((1.0 + r) + r2 * (0.5 + r * (1.0 / 6.0))) + r4 * ((1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5040.0))) \
        + r8 * ((1.0 / 40320.0 + r * (1.0 / 362880.0)) + r2 * (1.0 / 3628800.0 + r * (1.0 / 39916800.0)) + r4 * (1.0 / 479001600.0))
    return q * bits((unbits(t) + np.uint64(1023)) << np.uint64(52))
exp = exp_poly if os.environ.get('W_EXP') == 'poly' else math.exp

@rule
def mix(z):
    z ^= z >> np.uint64(30); z *= C1_; z ^= z >> np.uint64(27); z *= C2_
    return z ^ (z >> np.uint64(31))
@rule
def key(seed, stream, t):
    return mix(mix(mix(np.uint64(seed) + G_) ^ (np.uint64(stream) * G_)) + np.uint64(t) * G_)
@rule
def draw(k, i):
    return mix(k + (np.uint64(i) + np.uint64(1)) * G_)
@rule
def u01(h):
    return np.float64(h >> np.uint64(11)) * 2.0**-53

# ------------------------------------------------------------------ rules (what a modeller reads)
@rule
def research(f, p, frontier, h):
    z = (np.float64(h >> np.uint64(32)) * 2.0**-32 + np.float64(h & np.uint64(0xffffffff)) * 2.0**-32 - 1.0) * SQ6
    rate = p.rd0 if f.kind == 0 else p.rd1
    rd = rate * max(f.profit, 0.0) + p.rd_base
    f.rd = rd
    f.A = f.A + p.abs_speed * (rd / (rd + p.rd_half) - f.A)
    gap = frontier - f.T
    T = f.T + p.g_own * math.log1p(rd) + p.g_imit * f.A * gap * exp(-p.b_gap * gap) - p.dep * f.T + p.sig * z
    f.T = max(T, 0.01)
@rule
def pricing(f, p):
    th = p.th0 if f.kind == 0 else p.th1
    f.q = f.T + th * f.M
    f.price = exp(-p.c_T * f.T) * (1.0 + p.mk)
@rule
def appeal(f, p, tar, r):
    u = p.beta_q * f.q - p.beta_p * (f.price * tar[f.sector, f.home, r])
    if f.home == r:
        u += p.home_b
    if r == 0:
        u += p.mk_b * f.M
    return exp(u)
@rule
def earn(f, p, D, size):
    rev = 0.0
    for r in range(R):
        sh = f.share[r] * D[f.sector, r]
        f.share[r] = sh
        rev += size[f.sector, r] * sh
    f.profit = rev * (f.price * (p.mk / (1.0 + p.mk))) - p.fixed - f.rd + f.inc
    f.cash += f.profit
    f.inc = 0.0
@rule
def contribution(f, p):
    return p.wT0 * f.T + p.wM0 * f.M if f.kind == 0 else p.wT1 * f.T + p.wM1 * f.M
@rule
def learn(j, a, b, p):
    a.dM += p.lam_M * a.A * max(b.M - a.M, 0.0) * j.trust
    b.dT += p.lam_T * b.A * max(a.T - b.T, 0.0) * j.trust
    if j.mode == 1:
        a.dT += p.co_T * j.trust
        b.dT += p.co_T * j.trust
@rule
def jv_quarter(j, a, b, p, h, m):
    """Contributions, joint value, Nash share, 6 options, logit choice. Returns the option; m = metric row."""
    learn(j, a, b, p)
    Cm = contribution(a, p); Cl = contribution(b, p)
    mult = 1.0 if j.mode == 0 else (p.mult1 if j.mode == 1 else p.mult2)
    V = p.syn * math.sqrt(Cm * Cl) * mult * j.trust
    alpha = Cm / (Cm + Cl)
    dm = p.kd * Cm; dl = p.kd * Cl
    sur = V - dm - dl
    nash = (dm + alpha * sur) / V if sur > 0.0 else alpha
    a.inc += j.share * V
    b.inc += (1.0 - j.share) * V
    gap = abs(j.share - nash)
    dT = a.T - b.T
    v0 = alpha * (j.share * V - dm) + (1.0 - alpha) * ((1.0 - j.share) * V - dl)
    v1 = v0 - p.rg_cost + p.rg_gain * gap * V
    v2 = v0 - p.co_cost + p.co_gain * j.trust / (1.0 + dT * dT) - (50.0 if j.mode >= 1 else 0.0)
    v3 = v0 - p.gl_cost + p.gl_gain * (a.q + b.q) * j.trust - (50.0 if j.mode == 2 else 0.0)
    v4 = -p.ex_cost - j.trust
    v5 = v4 + p.rm_gain * (a.M + b.T)
    v0 = v0 + p.stay
    top = max(max(max(v0, v1), max(v2, v3)), max(v4, v5))
    e0 = exp(p.mu * (v0 - top)); e1 = exp(p.mu * (v1 - top)); e2 = exp(p.mu * (v2 - top))
    e3 = exp(p.mu * (v3 - top)); e4 = exp(p.mu * (v4 - top)); e5 = exp(p.mu * (v5 - top))
    c0 = e0; c1 = c0 + e1; c2 = c1 + e2; c3 = c2 + e3; c4 = c3 + e4; c5 = c4 + e5
    x = u01(h) * c5
    opt = (x > c0) * 1 + (x > c1) * 1 + (x > c2) * 1 + (x > c3) * 1 + (x > c4) * 1
    m[34 + j.mode] += 1.0
    m[37] += j.trust; m[38] += j.share; m[39] += j.age; m[40] += Cm; m[41] += V; m[42] += gap
    m[43 + opt] += 1.0
    if opt == 0:
        j.trust += .05 * (1.0 - j.trust)
    elif opt == 1:
        j.share = nash; j.trust *= .95
    elif opt == 2:
        j.mode = 1
    elif opt == 3:
        j.mode = 2
    j.age += 1
    return opt
@rule
def score(a, b, p):
    """How much firm a likes firm b as a partner."""
    dT = b.T - a.T
    aT = p.a_T0 if a.kind == 0 else p.a_T1
    aM = p.a_M0 if a.kind == 0 else p.a_M1
    return aT * b.T + aM * b.M - p.a_g * (dT * dT)
@rule
def absorb(f, p):
    f.T += f.dT
    f.M = f.M + f.dM + p.growM - p.depM * f.M
    f.dT = 0.0; f.dM = 0.0
@rule
def measure(f, m, sh):
    o = 15 * f.kind
    m[o] += f.T; m[o + 1] += f.M; m[o + 2] += f.A; m[o + 3] += f.rd; m[o + 4] += f.profit; m[o + 5] += f.cash
    m[o + 6] += f.price; m[o + 7] += f.q
    for r in range(R):
        m[o + 8 + r] += sh[r]
        m[30 + r] += sh[r] * sh[r]
    m[o + 12] += f.T * f.T
    m[o + 13] = max(m[o + 13], f.T)
    if f.npart > 0:
        m[o + 14] += 1.0

# ------------------------------------------------------------------ the scheduler
@rule
def search_and_match(F, P, n, order, start, p, seed, t, best, bscore, rec_t):
    N = len(F)
    ks = key(seed, SEARCH, t); kc = key(seed, CAND, t)
    side = t % 2
    for i in range(N):
        best[i] = -1
    for s in range(S):
        lo = start[2 * s + 1 - side]
        cnt = np.uint64(start[2 * s + 2 - side] - lo)
        for ii in range(start[2 * s + side], start[2 * s + side + 1]):
            i = order[ii]
            a = F[i]
            if a.npart >= CAP or not (a.rematch == 1 or u01(draw(ks, i)) < p.p_search):
                continue
            top = p.thr_prop; pick = -1
            for c in range(NCAND):
                h = draw(kc, i * NCAND + c)
                j = order[lo + np.int64(((h >> np.uint64(32)) * cnt) >> np.uint64(32))]
                b = F[j]
                if b.npart < CAP:
                    v = score(a, b, p) + p.eps * (np.float64(h & np.uint64(0xffffffff)) * 2.0**-32)
                    if v > top:
                        top = v; pick = j
            if pick >= 0:
                v = score(F[pick], a, p)
                if v > p.thr_acc and (best[pick] < 0 or v > bscore[pick]):
                    best[pick] = i; bscore[pick] = v
    for i in range(N):
        F[i].rematch = 0
    for j in range(N):
        i = best[j]
        if i >= 0:
            q = P[n]
            q.m = i if side == 0 else j
            q.l = j if side == 0 else i
            q.share = .5; q.trust = .5; q.age = 0; q.mode = 0; q.sector = F[j].sector
            F[i].npart += 1; F[j].npart += 1
            rec_t[q.sector, 49] += 1.0
            n += 1
    return n

@rule
def quarter(F, P, n, order, start, p, tar, size, seed, t, front, D, best, bscore, rec_t):
    N = len(F)
    k = key(seed, SHOCK, t)
    D[:] = exp(p.u0)
    for i in range(N):
        f = F[i]
        research(f, p, front[f.sector], draw(k, i))
        pricing(f, p)
        for r in range(R):
            e = appeal(f, p, tar, r)
            f.share[r] = e
            D[f.sector, r] += e
    for s in range(S):
        for r in range(R):
            D[s, r] = 1.0 / D[s, r]
    for i in range(N):
        earn(F[i], p, D, size)
    k = key(seed, CHOICE, t)
    w = n - n
    for x in range(n):
        j = P[x]
        a = F[j.m]; b = F[j.l]
        opt = jv_quarter(j, a, b, p, draw(k, x), rec_t[j.sector])
        if opt >= 4:
            a.npart -= 1; b.npart -= 1
            if opt == 5:
                a.rematch = 1; b.rematch = 1
        else:
            if w != x:
                P[w] = P[x]
            w += 1
    n = w
    for i in range(N):
        absorb(F[i], p)
    n = search_and_match(F, P, n, order, start, p, seed, t, best, bscore, rec_t)
    for i in range(N):
        measure(F[i], rec_t[F[i].sector], F[i].share)
    for s in range(S):
        front[s] = max(rec_t[s, 13], rec_t[s, 28])
    return n

@rule
def run(F, P, order, start, p, tar, size, seed, Q, rec):
    N = len(F)
    front = np.zeros(S); D = np.empty((S, R))
    best = np.empty(N, np.int32); bscore = np.empty(N)
    for i in range(N):
        front[F[i].sector] = max(front[F[i].sector], F[i].T)
    n = np.int64(N - N)                            # typed once: a literal 0 would compile quarter() twice
    for t in range(Q):
        n = quarter(F, P, n, order, start, p, tar, size, seed, t, front, D, best, bscore, rec[t])
    return n

@rule
def init(F, order, seed):
    """Same as w_common.init_firms, given sector/kind."""
    k = key(seed, INIT, 0)
    for i in range(len(F)):
        f = F[i]
        u0 = u01(draw(k, 4 * i)); u1 = u01(draw(k, 4 * i + 1)); u2 = u01(draw(k, 4 * i + 2))
        f.home = 0 if f.kind == 1 else np.uint8(1 + draw(k, 4 * i + 3) % np.uint64(3))
        f.T = (1.0 if f.kind == 0 else .5) + .5 * u0
        f.M = (.3 if f.kind == 0 else 1.0) + .5 * u1
        f.A = .3 + .4 * u2; f.cash = 1.0; f.profit = .5

def _sweep(F0, order, start, ps, tar, size, seeds, Q, rec):
    N = len(F0)
    for r in prange(len(seeds)):
        F = F0.copy()
        P = np.empty(2 * N, part_t)
        init(F, order, seeds[r])
        run(F, P, order, start, ps[r], tar, size, seeds[r], Q, rec[r])
sweep_seq = njit(cache=True, fastmath=FM, error_model='numpy', nogil=True)(_sweep)
def _sweep2(F0, order, start, ps, tar, size, seeds, Q, rec):
    N = len(F0)
    for r in prange(len(seeds)):
        F = F0.copy()
        P = np.empty(2 * N, part_t)
        init(F, order, seeds[r])
        run(F, P, order, start, ps[r], tar, size, seeds[r], Q, rec[r])
sweep_par = njit(cache=True, fastmath=FM, error_model='numpy', parallel=True)(_sweep2)

def setup(N, seed=1, sorted_=True):
    p = np.array([make_params()]); tar, size = make_tables(N, p[0])
    F, order, start = init_firms(N, seed, sorted_)
    return F, np.zeros(2 * N, part_t), order, start, p, tar, size

def simulate(N, seed=1, Q=200, sorted_=True):
    F, P, order, start, p, tar, size = setup(N, seed, sorted_)
    rec = np.zeros((Q, S, NM))
    n = run(F, P, order, start, p[0], tar, size, np.uint64(seed), Q, rec)
    return F, P[:n], rec

if __name__ == '__main__':
    import time, sys
    t0 = time.time(); F, P, rec = simulate(500); t1 = time.time(); print('first', t1 - t0)
    for _ in range(3):
        t1 = time.time(); F, P, rec = simulate(500); t2 = time.time(); print('run ms', (t2 - t1) * 1e3)
    for t in (0, 10, 50, 100, 199):
        r = rec[t].sum(0)
        print(t, {m: round(float(r[i]), 3) for i, m in enumerate(METRICS) if m in ('T_mnc','T_loc','M_mnc','M_loc','A_mnc','profit_mnc','profit_loc','price_loc','sh0_mnc','sh0_loc','n_mode0','n_mode1','n_mode2','ch_reneg','ch_coinno','ch_global','ch_exit','ch_rematch','formed','trust','npartd_mnc')})
