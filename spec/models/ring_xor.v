(* The XOR ring (spec/protocol.md section 6) for every number of participants.

   Words are N with the bitwise exclusive or. A ring of n has secrets d 0 .. d (n-1); participant i shares d (i-1) with
   the one before and d i with the one after, and broadcasts z i = d (i-1) XOR d i. Indices are mod n.

   What is said here is about the combinatorics alone: that the secrets are independent and random, and that the
   commitments bind, are assumptions, named where they are used. *)

Require Import Arith NArith Lia.
Open Scope N_scope.

Definition before (n i : nat) : nat := ((i + n - 1) mod n)%nat.

(* What i broadcasts. *)
Definition share (n : nat) (d : nat -> N) (i : nat) : N := N.lxor (d (before n i)) (d i).

Lemma xor_cancel : forall a b, N.lxor (N.lxor a b) a = b.
Proof.
  intros. rewrite (N.lxor_comm a b), N.lxor_assoc, N.lxor_nilpotent. apply N.lxor_0_r.
Qed.

Lemma xor_cancel_right : forall a b, N.lxor (N.lxor a b) b = a.
Proof. intros. rewrite N.lxor_assoc, N.lxor_nilpotent. apply N.lxor_0_r. Qed.

(* 1. Secrecy from whoever sees the broadcasts only. *)

(* One mask XORed into every secret changes no broadcast: each of the possible values of a secret is as consistent with
   what was broadcast as any other. *)
Theorem mask_changes_nothing :
  forall n d mask i, share n (fun j => N.lxor (d j) mask) i = share n d i.
Proof.
  intros. unfold share. rewrite (N.lxor_comm (d i) mask), N.lxor_assoc.
  rewrite <- (N.lxor_assoc mask mask), N.lxor_nilpotent, N.lxor_0_l. reflexivity.
Qed.

(* Different masks give different secrets: there are as many candidates as words. *)
Theorem masks_differ : forall (d : nat -> N) mask mask' i, N.lxor (d i) mask = N.lxor (d i) mask' -> mask = mask'.
Proof.
  intros d mask mask' i same. rewrite <- (xor_cancel (d i) mask), <- (xor_cancel (d i) mask'). now rewrite same.
Qed.

(* So no function of the broadcasts gives any of the secrets. *)
Theorem broadcasts_give_no_secret :
  forall n (guess : (nat -> N) -> N) j,
  (forall seen seen', (forall i, seen i = seen' i) -> guess seen = guess seen') ->
  ~ (forall d, guess (share n d) = d j).
Proof.
  intros n guess j extensional right.
  assert (same : guess (share n (fun _ => 0)) = guess (share n (fun _ => N.lxor 0 1))).
  { apply extensional. intro i. symmetry. apply (mask_changes_nothing n (fun _ => 0) 1). }
  rewrite !right in same. discriminate same.
Qed.

(* 2. The walk: from one secret, each next one is the broadcast of the next participant XOR the one before. *)

Fixpoint walk (n : nat) (z : nat -> N) (start : nat) (own : N) (steps : nat) : N :=
  match steps with
  | O => own
  | S fewer => N.lxor (z ((start + steps) mod n)%nat) (walk n z start own fewer)
  end.

Lemma before_step : forall n i k, (0 < n)%nat -> before n ((i + S k) mod n) = ((i + k) mod n)%nat.
Proof.
  intros n i k positive. unfold before.
  assert (below : ((i + S k) mod n < n)%nat) by (apply Nat.mod_upper_bound; lia).
  destruct (Nat.eq_dec ((i + S k) mod n) 0) as [zero | nonzero].
  - rewrite zero. simpl. rewrite (Nat.mod_small (n - 1)) by lia.
    apply Nat.mod_divides in zero; [ | lia]. destruct zero as [c multiple].
    destruct c as [ | c]; [lia | ].
    replace (i + k)%nat with ((n - 1) + c * n)%nat by nia.
    rewrite Nat.mod_add by lia. symmetry. apply Nat.mod_small. lia.
  - pose proof (Nat.div_mod (i + S k) n ltac:(lia)) as split.
    set (q := ((i + S k) / n)%nat) in *. set (m := ((i + S k) mod n)%nat) in *.
    replace (m + n - 1)%nat with ((m - 1) + 1 * n)%nat by lia.
    rewrite Nat.mod_add by lia.
    replace (i + k)%nat with ((m - 1) + q * n)%nat by nia.
    rewrite Nat.mod_add by lia. reflexivity.
Qed.

(* Whoever starts, at every n: from their own secret they recover all of them. *)
Theorem walk_recovers :
  forall n d start steps, (start < n)%nat ->
  walk n (share n d) start (d start) steps = d ((start + steps) mod n)%nat.
Proof.
  intros n d start steps inside. induction steps as [ | steps found].
  - simpl. rewrite Nat.add_0_r, Nat.mod_small by lia. reflexivity.
  - cbn [walk]. rewrite found. unfold share. rewrite before_step by lia. apply xor_cancel.
Qed.

(* Every index is reached within n steps. *)
Theorem walk_reaches_all :
  forall n start j, (start < n)%nat -> (j < n)%nat -> exists steps, (steps < n)%nat /\ ((start + steps) mod n = j)%nat.
Proof.
  intros n start j inside wanted. destruct (le_lt_dec start j) as [ahead | behind].
  - exists (j - start)%nat. split; [lia | ]. replace (start + (j - start))%nat with j by lia. now apply Nat.mod_small.
  - exists (j + n - start)%nat. split; [lia | ].
    replace (start + (j + n - start))%nat with (j + 1 * n)%nat by lia.
    rewrite Nat.mod_add by lia. now apply Nat.mod_small.
Qed.

(* Once round, the walk is where it began: the broadcasts of honest participants cancel out. *)
Theorem walk_closes : forall n d start, (start < n)%nat -> walk n (share n d) start (d start) n = d start.
Proof.
  intros n d start inside. rewrite walk_recovers by assumption.
  replace (start + n)%nat with (start + 1 * n)%nat by lia.
  rewrite Nat.mod_add, Nat.mod_small by lia. reflexivity.
Qed.

(* 3. What each checks: every recovered secret against the commitment of its owner. *)

Section Commitments.
  Variable Digest : Type.
  (* cR_j = H("link", sid, j, d_j) *)
  Variable commit : nat -> N -> Digest.
  (* Assumption: no two openings of one commitment are known (collision resistance of the hash). *)
  Hypothesis binding : forall j a b, commit j a = commit j b -> a = b.

  (* The broadcasts z and the commitments c are whatever cheaters made of them. Two participants start from their own
     secrets; if every commitment opens for each of them, they hold the same list, and so the same key. *)
  Theorem opened_walks_agree :
    forall n (z : nat -> N) (c : nat -> Digest) (a b : nat) (own_a own_b : N),
    (a < n)%nat -> (b < n)%nat ->
    (forall s, (s < n)%nat -> commit ((a + s) mod n)%nat (walk n z a own_a s) = c ((a + s) mod n)%nat) ->
    (forall s, (s < n)%nat -> commit ((b + s) mod n)%nat (walk n z b own_b s) = c ((b + s) mod n)%nat) ->
    forall s t, (s < n)%nat -> (t < n)%nat -> ((a + s) mod n = (b + t) mod n)%nat ->
    walk n z a own_a s = walk n z b own_b t.
  Proof.
    intros n z c a b own_a own_b _ _ opens_a opens_b s t in_s in_t same.
    apply (binding ((a + s) mod n)%nat). rewrite (opens_a s in_s), same, (opens_b t in_t). reflexivity.
  Qed.

  (* And with honest owners' commitments the list is the true one, whoever else cheated. *)
  Theorem opened_walk_is_true :
    forall n (z : nat -> N) (c : nat -> Digest) d a own s j,
    (forall s, (s < n)%nat -> commit ((a + s) mod n)%nat (walk n z a own s) = c ((a + s) mod n)%nat) ->
    (s < n)%nat -> ((a + s) mod n = j)%nat -> c j = commit j (d j) -> walk n z a own s = d j.
  Proof.
    intros n z c d a own s j opens inside here honest. subst j.
    apply (binding ((a + s) mod n)%nat). rewrite (opens s inside). exact honest.
  Qed.
End Commitments.

(* 4. Why the sum of all broadcasts is no check: two cheaters add one offset each. The sum is still zero, each walk still
   closes, and participants 1 and 3 of four recover different lists. *)

Definition cheated (offset : N) (i : nat) : N :=
  match i with
  | 0%nat | 2%nat => N.lxor (share 4 (fun _ => 0) i) offset
  | _ => share 4 (fun _ => 0) i
  end.

Theorem zero_sum_proves_nothing :
  N.lxor (N.lxor (cheated 1 0) (cheated 1 1)) (N.lxor (cheated 1 2) (cheated 1 3)) = 0 /\
  walk 4 (cheated 1) 1 0 4 = 0 /\ walk 4 (cheated 1) 3 0 4 = 0 /\
  walk 4 (cheated 1) 1 0 2 <> 0.
Proof. repeat split; compute; discriminate. Qed.

Print Assumptions broadcasts_give_no_secret.
Print Assumptions walk_recovers.
Print Assumptions walk_reaches_all.
Print Assumptions walk_closes.
Print Assumptions opened_walks_agree.
Print Assumptions opened_walk_is_true.
Print Assumptions zero_sum_proves_nothing.
