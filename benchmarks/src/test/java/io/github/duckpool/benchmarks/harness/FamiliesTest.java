package io.github.duckpool.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.benchmarks.Main;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written down about the families fits them: no guard and no target of a case that nobody measures. */
class FamiliesTest {
    private static final List<Family> FAMILIES = Main.families();

    @Test
    void namesAreDistinctAndBudgetsFit() {
        assertThat(FAMILIES).extracting(Family::name).doesNotHaveDuplicates();
        assertThat(total(Effort.QUICK)).isLessThanOrEqualTo(Duration.ofSeconds(90));
        assertThat(total(Effort.REPORT)).isLessThanOrEqualTo(Duration.ofMinutes(15));
    }

    private static Duration total(Effort effort) {
        return FAMILIES.stream().map(family -> family.budget(effort)).reduce(Duration.ZERO, Duration::plus);
    }

    @Test
    void everyFamilyIsGuarded() throws Exception {
        assertThat(Guard.load().lines())
                .extracting(Guard.Line::family)
                .containsAll(FAMILIES.stream().map(Family::name).toList());
    }

    @Test
    void whatIsGuardedIsMeasuredByTheQuickRun() throws Exception {
        for (Guard.Line line : Guard.load().lines()) {
            Family family = FAMILIES.stream()
                    .filter(each -> each.name().equals(line.family()))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no family " + line.family()));
            isMeasured(family, Effort.QUICK, line.ratio());
        }
    }

    @Test
    void whatIsPromisedIsMeasuredByTheReport() {
        for (Family family : FAMILIES) {
            for (Target target : family.targets()) {
                isMeasured(family, Effort.REPORT, target.ratio());
            }
        }
    }

    @Test
    void theReferenceTakesPartInEveryCase() {
        for (Family family : FAMILIES) {
            for (Effort effort : Effort.values()) {
                assertThat(family.cases(effort)).isNotEmpty().allSatisfy(each -> assertThat(each.contenders())
                        .extracting(Contender::name)
                        .contains(family.reference())
                        .doesNotHaveDuplicates());
            }
        }
    }

    private static void isMeasured(Family family, Effort effort, Ratio ratio) {
        Figures figures = new Figures(family, family.cases(effort));
        assertThat(figures.row(ratio.group(), ratio.at(), ratio.contender()))
                .as("%s of %s", ratio, family.name())
                .isNotNull();
        if (ratio.over() != null) {
            assertThat(figures.row(ratio.group(), ratio.at(), ratio.over()))
                    .as("%s of %s", ratio, family.name())
                    .isNotNull();
        }
        assertThat(family.metrics()).extracting(Metric::name).contains(ratio.metric());
    }
}
